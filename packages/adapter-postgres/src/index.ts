export { migratePostgres, migrationSql } from './migrations';
export type { PostgresConfig, PostgresStorageOptions, PostgresTarget } from './options';
export type { PostgresClient, PostgresPool, PostgresQuery, PostgresResult } from './postgres-pool';
export { postgresStorage } from './postgres-storage';
