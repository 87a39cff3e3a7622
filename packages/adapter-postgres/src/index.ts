export { migratePostgres, migrationSql, postgresMigrationStatus } from './migrations';
export type { PostgresConfig, PostgresServer, PostgresStorageOptions, PostgresTarget } from './options';
export type { PostgresClient, PostgresPool, PostgresQuery, PostgresResult } from './postgres-pool';
export { postgresStorage } from './postgres-storage';
