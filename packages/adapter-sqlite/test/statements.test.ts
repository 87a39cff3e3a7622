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

function inside([begin, ...statements]: readonly string[]): readonly string[] {
  expect([begin, statements.pop()]).toEqual(['begin immediate', 'commit']);
  return statements;
}
