import type { PostgresClient } from './postgres-pool';

/** A prepared statement with its values as text. */
export interface SentStatement {
  readonly name: string;
  readonly text: string;
  readonly values: readonly (string | null)[];
}

/** The part of pg's `Connection` that query objects of others are made for; pg-cursor uses the same. */
export interface PostgresConnection {
  /** By name, the text of what was prepared. */
  readonly parsedStatements: Readonly<Record<string, string>>;
  readonly stream: { cork?(): void; uncork?(): void };
  parse(message: { name: string; text: string }): void;
  bind(message: { portal: string; statement: string; values: readonly (string | null)[] }): void;
  describe(message: { type: 'P'; name: string }): void;
  execute(message: { portal: string }): void;
  sync(): void;
}

/** Whether a client takes query objects of others: pg's own does, but not in its pipeline mode. */
export function takesBatches({ pipeline, connection }: PostgresClient): boolean {
  if (pipeline === true || connection === undefined) return false;
  const { parsedStatements, stream, parse, bind, describe, execute, sync } = connection as Partial<PostgresConnection>;
  return (
    typeof parsedStatements === 'object' &&
    typeof stream === 'object' &&
    [parse, bind, describe, execute, sync].every((method) => typeof method === 'function')
  );
}
