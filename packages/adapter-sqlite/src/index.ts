export { sqliteMigrationStatus } from './migrations';
export { sqliteStorage } from './sqlite-storage';
export type { SqliteStorageOptions } from './options';
export type { SqliteDatabase, SqliteStatement } from './sqlite-database';
