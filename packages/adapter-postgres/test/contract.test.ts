import { storageContract } from '@firstline/core/testing';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { migratePostgres, type PostgresPool, postgresStorage } from '../src/index';
import { TestDatabase } from './support/database';

const options = { schema: 'support' } as const;
let database: TestDatabase;
let pool: PostgresPool;
beforeAll(async () => {
  database = await TestDatabase.create();
  pool = database.pool();
  await migratePostgres({ config: database.config }, options);
});
afterAll(() => database.end());

storageContract({ describe, it }, async () => {
  return {
    storage: postgresStorage({ pool }, options),
    reopen: async () => postgresStorage({ config: database.config, max: 5 }, options),
    dispose: async () => undefined,
  };
});
