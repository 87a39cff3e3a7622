import { sql, type RawBuilder } from 'kysely';

/** A constant that is part of the statement's text: the condition of a partial index only matches literals. */
export function literal<V extends string>(value: V): RawBuilder<V> {
  return sql.lit(value);
}
