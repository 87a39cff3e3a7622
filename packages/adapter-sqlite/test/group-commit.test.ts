import Sqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { sqliteStorage } from '../src/index';
import { accepted, acceptParams, commitParams, leasedParams, TENANT } from './support/params';
import { temporaryFile } from './support/temporary-file';
import { watchedDatabase } from './support/watched-database';

async function opened(watch: (sql: string) => void = () => undefined, filename = ':memory:') {
  const storage = sqliteStorage({ database: watchedDatabase(watch, filename) });
  await storage.open();
  return storage;
}

const inbound = async (storage: Awaited<ReturnType<typeof opened>>): Promise<number> =>
  (await storage.counts({ tenant: TENANT, now: 0 })).messages.inbound;

describe('group commit', () => {
  it('shares a commit among what comes together', async () => {
    let commits = 0;
    const storage = await opened((sql) => (commits += sql === 'commit' ? 1 : 0));
    commits = 0;
    const ids = Array.from({ length: 100 }, (_, n) => `m${n}`);
    await Promise.all(ids.map((id) => accepted(storage, acceptParams(id))));
    expect(commits).toBe(1);
    expect(await inbound(storage)).toBe(100);
    await storage.close();
  });

  it('undoes the one that fails, and keeps its neighbours', async () => {
    const storage = await opened();
    await accepted(storage, acceptParams('taken'));
    const results = await Promise.allSettled(
      [
        acceptParams('a'),
        acceptParams('taken', { idempotency: null }),
        acceptParams('b'),
        acceptParams('b', { idempotency: null }),
        acceptParams('c'),
      ].map((params) => storage.accept(params)),
    );
    expect(results.map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
      'rejected',
      'fulfilled',
    ]);
    const failure = { reason: { code: 'internal', cause: { code: 'SQLITE_CONSTRAINT_PRIMARYKEY' } } };
    expect(results[1]).toMatchObject(failure);
    expect(await inbound(storage)).toBe(4);
    await storage.close();
  });

  it('undoes what a refused decision has written', async () => {
    const storage = await opened();
    const params = commitParams(await accepted(storage, leasedParams('m')));
    const stale = { ...params, client: { expectedVersion: 1, greetedAt: 2_000 }, expectedVersion: 7 };
    const [refused, heard, read] = await Promise.all([
      storage.commit(stale),
      storage.accept(acceptParams('other')),
      storage.states({ tenant: TENANT, conversationIds: [params.conversationId] }),
    ]);
    expect(refused).toEqual({ status: 'conflict' });
    expect(heard.status).toBe('accepted');
    expect(read[0]?.client).toMatchObject({ greetedAt: null, version: 1 });
    await storage.close();
  });

  it('tells nobody before the commit, and everybody when it fails', async () => {
    const failure = Object.assign(new Error('disk I/O error'), { code: 'SQLITE_IOERR_FSYNC' });
    let fails = false;
    const storage = await opened((sql) => {
      if (fails && sql === 'commit') throw failure;
    });
    fails = true;
    const results = await Promise.allSettled([
      storage.accept(acceptParams('a')),
      storage.accept(acceptParams('b')),
      storage.counts({ tenant: TENANT, now: 0 }),
    ]);
    for (const result of results) {
      expect(result).toMatchObject({ reason: { code: 'storage_unavailable', cause: failure } });
    }
    fails = false;
    expect(await inbound(storage)).toBe(0);
    expect((await storage.accept(acceptParams('a'))).status).toBe('accepted');
    await storage.close();
  });

  it('keeps customers’ words out of error messages', async () => {
    const storage = await opened();
    await accepted(storage, acceptParams('m'));
    const secret = acceptParams('m', { idempotency: null });
    const error: unknown = await storage
      .accept({ ...secret, message: { ...secret.message, text: 'my secret', clientId: 'secret-client' } })
      .catch((thrown: unknown) => thrown);
    const { message, cause } = error as { message: string; cause: Error };
    expect(`${message} ${cause.message}`).not.toMatch(/secret/);
    await storage.close();
  });

  it('lets everything begun come to its end when closed', async () => {
    const storage = await opened();
    const begun = [storage.accept(acceptParams('a')), storage.accept(acceptParams('b'))];
    const closing = storage.close();
    await expect(storage.accept(acceptParams('c'))).rejects.toMatchObject({ code: 'stopped' });
    await closing;
    expect((await Promise.all(begun)).map(({ status }) => status)).toEqual(['accepted', 'accepted']);
  });
});

describe('a writer in another process', () => {
  it('is waited for', async () => {
    const filename = temporaryFile();
    const storage = sqliteStorage({ filename });
    await storage.open();
    const other = new Sqlite(filename);
    other.exec('begin immediate');
    const results = Promise.all([storage.accept(acceptParams('a')), storage.accept(acceptParams('b'))]);
    await turns(5);
    other.exec('commit');
    expect((await results).map(({ status }) => status)).toEqual(['accepted', 'accepted']);
    other.close();
    await storage.close();
  });

  it('is not waited for longer than busyTimeoutMs, and does not hold up readers', async () => {
    const filename = temporaryFile();
    const storage = sqliteStorage({ filename, busyTimeoutMs: 10 });
    await storage.open();
    const other = new Sqlite(filename);
    other.exec('begin immediate');
    await expect(storage.accept(acceptParams('a'))).rejects.toMatchObject({
      code: 'storage_unavailable',
      cause: { code: 'SQLITE_BUSY' },
    });
    await storage.ping();
    other.exec('rollback');
    other.close();
    expect((await storage.accept(acceptParams('a'))).status).toBe('accepted');
    await storage.close();
  });
});

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
