import type { ColumnDefinitionBuilder, SchemaModule } from 'kysely';

export function required(column: ColumnDefinitionBuilder): ColumnDefinitionBuilder {
  return column.notNull();
}

export function index(schema: SchemaModule, name: string, table: string, columns: readonly string[]) {
  return schema
    .createIndex(name)
    .on(table)
    .columns([...columns]);
}

/** On a table that may be large by now. Whoever cannot have its writers wait makes it before the upgrade, concurrently. */
export function laterIndex(schema: SchemaModule, name: string, table: string, columns: readonly string[]) {
  return index(schema, name, table, columns).ifNotExists();
}
