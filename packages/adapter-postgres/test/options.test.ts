import { describe, expect, it } from 'vitest';
import { migrationSql, type PostgresStorageOptions, postgresStorage, type PostgresTarget } from '../src/index';

const config = { host: '127.0.0.1' };

describe('options', () => {
  it.each([
    ['target', undefined, {}],
    ['target', {}, {}],
    ['pool', { pool: {} }, {}],
    ['max', { pool: { connect: () => undefined, on: () => undefined }, max: 3 }, {}],
    ['connectionString', { connectionString: '' }, {}],
    ['connectionString', { connectionString: 'mysql://user:correct-horse@127.0.0.1/db' }, {}],
    ['connectionString', { connectionString: 'postgres://user:correct-horse#1@127.0.0.1/db' }, {}],
    ['connectionString', { connectionString: 'postgres://user:correct-horse%ff@127.0.0.1/db' }, {}],
    ['connectionString', { connectionString: 'postgres://user@127.0.0.1:5432:correct-horse/db' }, {}],
    ['config', { config: { port: 70_000 } }, {}],
    ['signals', { config }, { signals: { connectionString: 'postgres://user:correct-horse#1@127.0.0.1/db' } }],
    ['signals', { config }, { signals: { config: { port: 1.5 } } }],
    ['config', { connectionString: 'postgres://127.0.0.1/db', config }, {}],
    ['config', { config: 'correct-horse' }, {}],
    ['max', { config, max: 0 }, {}],
    ['connectTimeoutMs', { config, connectTimeoutMs: 1.5 }, {}],
    ['host', { host: '127.0.0.1' }, {}],
    ['schema', { config }, { schema: '' }],
    ['schema', { config }, { schema: 'é'.repeat(32) }],
    ['statementTimeoutMs', { config }, { statementTimeoutMs: 0 }],
    ['lockTimeoutMs', { config }, { lockTimeoutMs: '5s' }],
    ['idleTimeoutMs', { config }, { idleTimeoutMs: 2 ** 31 }],
    ['migrate', { config }, { migrate: 'no' }],
    ['signals', { config }, { signals: 'yes' }],
    ['signals', { config }, { signals: { connectionString: 'mysql://user:correct-horse@127.0.0.1/db' } }],
    ['signals', { config }, { signals: { connectionString: 'postgres://127.0.0.1/db', config } }],
    ['timeout', { config }, { timeout: 5 }],
  ])('names %s in %j, %j', (path, target, options) => {
    const create = () => postgresStorage(target as PostgresTarget, options as PostgresStorageOptions);
    const expected = { code: 'invalid_options', path, message: expect.stringContaining(path) as string };
    expect(create).toThrow(expect.objectContaining(expected) as Error);
    expect(create).not.toThrow(/correct-horse/);
  });

  it('leave files that a connection string names to whoever connects', () => {
    const connectionString = 'postgres://user@127.0.0.1/db?sslrootcert=/there/is/none.pem';
    expect(() => postgresStorage({ connectionString })).not.toThrow();
  });

  it('connect to nothing before open()', async () => {
    const storage = postgresStorage({ config: { host: '127.0.0.1', port: 1 } });
    await expect(storage.ping()).rejects.toMatchObject({ code: 'storage_unavailable' });
    await storage.close();
    await expect(storage.open()).rejects.toMatchObject({ code: 'stopped' });
  });

  it('are checked for the printed statements too', () => {
    expect(() => migrationSql({ schema: '' })).toThrow(expect.objectContaining({ path: 'schema' }) as Error);
    expect(migrationSql().join('\n')).not.toContain('"support"');
    expect(migrationSql({ schema: 'support' }).join('\n')).toContain('"support"."messages"');
  });
});
