import { sql, type AliasedRawBuilder, type CompiledQuery, type Kysely, type RawBuilder } from 'kysely';
import type { SqlDialect } from './dialect';
import type { Database } from './tables';

/** Anything of Kysely's that can be compiled. */
interface Compilable<R> {
  compile(): CompiledQuery<R>;
}

/** Stands for a value while a query is compiled; Kysely hands it through to `CompiledQuery.parameters` untouched. */
class Placeholder {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/**
 * A query compiled once, with named parameters. Kysely takes some 30 µs to build a query, more than SQLite takes to run
 * it, so nothing is built per message.
 */
export class Statement<P extends object, R> {
  readonly sql: string;
  /** The same for each of a list, bound as the JSON text of an array of parameters; `null`: there is no such statement. */
  readonly each: Statement<ListParams, unknown> | null;
  /** Only a type: what a row of the result looks like. */
  declare readonly row: R;
  readonly #names: readonly (keyof P | null)[];
  readonly #constants: readonly unknown[];

  constructor(compiled: CompiledQuery<R>, each: Statement<ListParams, unknown> | null = null) {
    this.sql = compiled.sql;
    this.each = each;
    this.#constants = compiled.parameters;
    this.#names = compiled.parameters.map((value) => (value instanceof Placeholder ? (value.name as keyof P) : null));
  }

  /** What to bind, in the order of the placeholders in `sql`. */
  values(params: P): unknown[] {
    const names = this.#names;
    const values = new Array<unknown>(names.length);
    for (let index = 0; index < names.length; index += 1) {
      const name = names[index];
      values[index] = name == null ? this.#constants[index] : params[name];
    }
    return values;
  }
}

/**
 * Makes a {@link Statement}: `build` is called once, with parameters that can be used wherever Kysely takes a value.
 *
 * ```ts
 * const find = define((db, p: { id: string }) => db.selectFrom('tickets').selectAll().where('id', '=', p.id));
 * await tx.first(find, { id: 't-1' });
 * ```
 */
export type Define = <P extends object, R>(
  build: (db: Kysely<Database>, params: P) => Compilable<R>,
  each?: Each<P>,
) => Statement<P, R>;

export interface ListParams {
  readonly list: string;
}

/** How a statement is run for a whole list at once, where the database has a table made of JSON. */
export interface Each<P> {
  /** The parameters, as columns of that table. */
  readonly columns: Readonly<Record<keyof P & string, 'text' | 'bigint'>>;
  readonly build: (db: Kysely<Database>, rows: ListedRows<P>) => Compilable<unknown>;
}

export interface ListedRows<P> {
  readonly table: AliasedRawBuilder<unknown, 'listed'>;
  readonly column: (name: keyof P & string) => RawBuilder<never>;
}

export function statements(dialect: SqlDialect): Define {
  const params = new Proxy({}, { get: (_, name) => new Placeholder(String(name)) });
  return <P extends object, R>(build: (db: Kysely<Database>, params: P) => Compilable<R>, each?: Each<P>) => {
    const { db, listed } = dialect;
    const one = build(db, params as P).compile();
    if (each === undefined || listed === null) return new Statement<P, R>(one);
    const rows: ListedRows<P> = {
      table: listed((params as ListParams).list, each.columns),
      column: (name) => sql`${sql.id('listed', name)}`,
    };
    return new Statement<P, R>(one, new Statement(each.build(db, rows).compile()));
  };
}
