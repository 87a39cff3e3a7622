import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { sqliteStorage, type SqliteStorageOptions } from '../src/index';
import { acceptParams } from './support/params';
import { temporaryFile } from './support/temporary-file';

describe('options', () => {
  const database = new Sqlite(':memory:');
  const closed = new Sqlite(':memory:').close();

  it.each([
    ['options', undefined],
    ['filename', {}],
    ['filename', { filename: '' }],
    ['filename', { filename: 7 }],
    ['filename', { filename: '  ' }],
    ['filename', { filename: 'sqlite:/data/support.db' }],
    ['filename', { filename: 'postgres://anna:hunter2@db/support' }],
    ['database', { filename: 'support.db', database }],
    ['database', { database: closed }],
    ['database', { database: {} }],
    ['synchronous', { filename: 'support.db', synchronous: 'off' }],
    ['busyTimeoutMs', { filename: 'support.db', busyTimeoutMs: -1 }],
    ['busyTimeoutMs', { filename: 'support.db', busyTimeoutMs: '5s' }],
    ['file', { filename: 'support.db', file: 'support.db' }],
  ])('names %s in %j', (path, options) => {
    const expected = { code: 'invalid_options', path, message: expect.stringContaining(path) as string };
    expect(() => sqliteStorage(options as SqliteStorageOptions)).toThrow(expect.objectContaining(expected) as Error);
  });

  it('touch nothing before open(), which makes the missing folders', async () => {
    const filename = join(dirname(temporaryFile()), 'a', 'b', 'support.db');
    const storage = sqliteStorage({ filename });
    await expect(storage.ping()).rejects.toMatchObject({ code: 'storage_unavailable' });
    expect(existsSync(dirname(filename))).toBe(false);
    await storage.open();
    await storage.ping();
    await storage.close();
    expect(existsSync(filename)).toBe(true);
  });

  it('leave one file behind', async () => {
    const filename = temporaryFile();
    const storage = sqliteStorage({ filename });
    await storage.open();
    await storage.accept(acceptParams('m'));
    expect(existsSync(`${filename}-wal`)).toBe(true);
    await storage.close();
    expect(existsSync(`${filename}-wal`)).toBe(false);
  });

  it.each([
    [undefined, 2],
    ['full', 2],
    ['normal', 1],
  ] as const)('synchronous: %s is what SQLite calls %i', async (synchronous, level) => {
    const file = new Sqlite(temporaryFile());
    const storage = sqliteStorage({ database: file, ...(synchronous === undefined ? {} : { synchronous }) });
    await storage.open();
    expect(file.pragma('synchronous', { simple: true })).toBe(level);
    expect(file.pragma('journal_mode', { simple: true })).toBe('wal');
    await storage.close();
    file.close();
  });

  it('do not close a database that was given', async () => {
    const given = new Sqlite(':memory:');
    const storage = sqliteStorage({ database: given });
    await storage.open();
    await storage.close();
    expect(given.open).toBe(true);
    given.close();
  });

  it('report a database that somebody closed', async () => {
    const given = new Sqlite(':memory:');
    const storage = sqliteStorage({ database: given });
    await storage.open();
    given.close();
    await expect(storage.accept(acceptParams('m'))).rejects.toMatchObject({ code: 'storage_unavailable' });
    await storage.close();
  });
});

it('types exclude what excludes each other', () => {
  const database = new Sqlite(':memory:');
  // @ts-expect-error not both
  expect(() => sqliteStorage({ filename: ':memory:', database })).toThrow();
  // @ts-expect-error one of them
  expect(() => sqliteStorage({ synchronous: 'full' })).toThrow();
});
