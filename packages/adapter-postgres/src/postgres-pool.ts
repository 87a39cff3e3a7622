/**
 * What this adapter needs of a `Pool` of pg. Declared here so that a program can be compiled without the typings of pg,
 * and with any version of them.
 */
export interface PostgresPool {
  /** Connections that are open, those of them that nobody uses, and callers who wait for one: shown where they are there. */
  readonly totalCount?: number;
  readonly idleCount?: number;
  readonly waitingCount?: number;
  connect(callback: (error: Error | undefined, client: PostgresClient | undefined) => void): void;
  on(event: 'error', listener: (error: Error) => void): unknown;
  removeListener(event: 'error', listener: (error: Error) => void): unknown;
}

export interface PostgresClient {
  /** Whether it takes a statement while it waits for the answer to another one (`pipeline: true`, from pg 8.22 on). */
  readonly pipeline?: boolean;
  /** What speaks the protocol; with it, statements that are given together travel together. */
  readonly connection?: object;
  query(query: PostgresQuery): Promise<PostgresResult>;
  on(event: 'error', listener: (error: Error) => void): unknown;
  removeListener(event: 'error', listener: (error: Error) => void): unknown;
  /** `true`: it is of no use to anybody any more. */
  release(destroy?: boolean): void;
}

export interface PostgresQuery {
  readonly text: string;
  /** Prepared under this name on each connection that runs it. */
  name?: string;
  values?: unknown[];
  types?: { getTypeParser(oid: number, format?: string): (value: string) => unknown };
}

export interface PostgresResult {
  readonly rows: unknown[];
  readonly rowCount: number | null;
  readonly command: string;
}
