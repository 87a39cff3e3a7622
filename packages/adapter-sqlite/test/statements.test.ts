import { expect, it } from 'vitest';
import { sqliteStorage } from '../src/index';
import { accepted, commitParams, leasedParams } from './support/params';
import { watchedDatabase } from './support/watched-database';

it('an ordinary message takes 8 statements to accept and at most 14 to answer', async () => {
  let run: string[] = [];
  const storage = sqliteStorage({ database: watchedDatabase((sql) => run.push(sql)) });
  await storage.open();
  await storage.commit(commitParams(await accepted(storage, leasedParams('first'))));

  run = [];
  const second = await accepted(storage, leasedParams('second'));
  expect(inside(run)).toHaveLength(8);
  run = [];
  expect(await storage.commit(commitParams(second))).toEqual({ status: 'committed', next: null });
  expect(inside(run).length).toBeLessThanOrEqual(14);
  await storage.close();
});

it('a turn of several messages takes one statement more to answer than a message alone', async () => {
  let run: string[] = [];
  const storage = sqliteStorage({ database: watchedDatabase((sql) => run.push(sql)) });
  await storage.open();
  const answer = async (ids: readonly string[]): Promise<number> => {
    const heard = await accepted(storage, leasedParams(ids[0] ?? ''));
    for (const id of ids.slice(1)) {
      run = [];
      await accepted(storage, { ...leasedParams(id), lease: null, turn: { quietMs: 1_000, maxWaitMs: 5_000 } });
      expect(inside(run)).toHaveLength(6);
    }
    run = [];
    expect(await storage.commit({ ...commitParams(heard), decidedMessageIds: ids })).toMatchObject({ next: null });
    return inside(run).length;
  };
  await answer(['first']);
  const alone = await answer(['second']);
  expect(await answer(['a', 'b', 'c'])).toBe(alone + 1);
  await storage.close();
});

function inside([begin, ...statements]: readonly string[]): readonly string[] {
  expect([begin, statements.pop()]).toEqual(['begin immediate', 'commit']);
  return statements;
}
