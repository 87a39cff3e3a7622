import type { SqlExecutor } from '@firstline/storage-sql';
import { expect, it } from 'vitest';
import { Connection } from '../src/connection';
import { TransactionQueue } from '../src/transaction-queue';

function opened() {
  const connection = Connection.open({ source: { filename: ':memory:' }, synchronous: 'full', busyTimeoutMs: 0 });
  connection.exec('create table notes (text text)');
  const notes = (): unknown[] =>
    connection.all('select text from notes', []).map((row) => (row as { text: string }).text);
  return { connection, notes, queue: new TransactionQueue(connection, 0) };
}

const note =
  (text: string) =>
  (tx: SqlExecutor): Promise<void> =>
    tx.execute(`insert into notes values ('${text}')`);

it('rolls back a body that waits for something outside, and goes on', async () => {
  const { queue, notes } = opened();
  const results = await Promise.allSettled([
    queue.run('write', note('before')),
    queue.run('write', async (tx) => {
      await note('waiting')(tx);
      await new Promise((resolve) => setImmediate(resolve));
      await note('late')(tx);
    }),
    queue.run('write', note('after')),
  ]);
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(results[1]).toMatchObject({ reason: { code: 'internal' } });
  expect(notes()).toEqual(['before', 'after']);
  await queue.idle();
});

it('does not lock up when a body waits for a transaction of its own', async () => {
  const { queue, notes } = opened();
  const outer = queue.run('write', async () => queue.run('write', note('inner')));
  await expect(outer).rejects.toMatchObject({ code: 'internal' });
  await queue.idle();
  expect(notes()).toEqual(['inner']);
});

it('refuses a transaction that has ended', async () => {
  const { queue, notes } = opened();
  const kept = await queue.run('write', async (tx) => tx);
  await expect(note('late')(kept)).rejects.toMatchObject({ code: 'internal' });
  expect(notes()).toEqual([]);
});

it('passes on an error that a body throws as it is', async () => {
  const { queue } = opened();
  const error = new Error('a bug');
  const failing = queue.run('read', async () => {
    throw error;
  });
  await expect(failing).rejects.toBe(error);
});
