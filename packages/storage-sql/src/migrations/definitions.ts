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
