import {
  type DataTypeNode,
  type KyselyPlugin,
  OperationNodeTransformer,
  type PluginTransformQueryArgs,
  type PluginTransformResultArgs,
  type QueryResult,
  type RootOperationNode,
  sql,
  type UnknownRow,
} from 'kysely';

/**
 * Makes columns of text sort by their bytes, as the order of ids is promised to be whatever language the database speaks;
 * an index of such a column is also the cheapest there is.
 */
export class ByteOrder implements KyselyPlugin {
  readonly #transformer = new ByteOrderTransformer();

  transformQuery({ node }: PluginTransformQueryArgs): RootOperationNode {
    return this.#transformer.transformNode(node);
  }

  transformResult({ result }: PluginTransformResultArgs): Promise<QueryResult<UnknownRow>> {
    return Promise.resolve(result);
  }
}

class ByteOrderTransformer extends OperationNodeTransformer {
  protected override transformDataType(node: DataTypeNode): DataTypeNode {
    // Kysely takes raw SQL for a type too, which its signature does not know of.
    return node.dataType === 'text' ? (sql`text collate "C"`.toOperationNode() as unknown as DataTypeNode) : node;
  }
}
