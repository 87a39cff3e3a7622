export type { ConcurrentFeed, SqlDialect } from './dialect';
export type { Shared, SqlDriver, SqlExecutor, TransactionMode } from './driver';
export { migrate, type Migrating, migrationScript } from './migrate';
export { migrationStatus } from './migration-status';
export { type SqlQueries, sqlQueries } from './queries';
export { SqlStorage } from './sql-storage';
export { Statement } from './statement';
export type { Database } from './tables';
