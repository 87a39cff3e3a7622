import type { RedisClient } from './redis-client';

/** Kept for a hundred years is kept for ever, and longer times are more than Redis takes. */
const LONGEST_TTL_MS = 100 * 365 * 86_400_000;

/** A key that is new gets its time to live; one that is there keeps its own. */
const ADD = `
local sum = redis.call('INCRBYFLOAT', KEYS[1], ARGV[1])
if redis.call('PTTL', KEYS[1]) < 0 then
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
return sum
`;

/** Adds in one step, so that many processes may do so at once. */
export async function addIn(client: RedisClient, key: string, amount: number, ttlMs: number): Promise<number> {
  return Number(await client.eval(ADD, 1, key, String(amount), String(wholeTtl(ttlMs))));
}

/** As Redis takes it: whole milliseconds, from 0 on. */
export function wholeTtl(ttlMs: number): number {
  return Math.ceil(Math.min(Math.max(ttlMs, 0), LONGEST_TTL_MS)) || 0;
}
