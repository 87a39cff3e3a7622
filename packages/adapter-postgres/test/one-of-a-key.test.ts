import type { SqlExecutor } from '@firstline/storage-sql';
import { expect, it } from 'vitest';
import { type Body, NotTogether, TransactionGroups } from '../src/transaction-groups';
import { Happenings } from './support/signals';

const NOBODY = {} as SqlExecutor;

it('of a key that cannot go together with others one runs at a time, and the other keys go on', async () => {
  const steps = new Happenings();
  const alone: (() => void)[] = [];
  const held = new Set<Body<unknown>>();
  const groups = new TransactionGroups({
    together: async (bodies) => {
      if (bodies.some((body) => held.has(body))) throw new NotTogether();
      return Promise.all(bodies.map((body) => body(NOBODY)));
    },
    alone: async (body) => {
      await new Promise<void>((resolve) => {
        alone.push(resolve);
        steps.happened();
      });
      return body(NOBODY);
    },
  });
  const write = (key: string, value: number): Promise<number> => {
    const body = () => Promise.resolve(value);
    if (key === 'held') held.add(body);
    return groups.run({ kind: 'accept', key }, body);
  };
  const waiting = Array.from({ length: 5 }, (_unused, n) => write('held', n));
  await steps.until(() => alone.length === 1);
  for (let n = 0; n < 5; n += 1) expect(await write('free', n)).toBe(n);
  expect(alone).toHaveLength(1);
  for (const [n, each] of waiting.entries()) {
    await steps.until(() => alone.length === n + 1);
    alone[n]?.();
    expect(await each).toBe(n);
  }
});
