import type { RateLimiter, RateLimitRequest, RateLimitVerdict } from '../ports/rate-limiter';
import { equal, isTrue } from './contract/assert';
import type { ContractTestApi } from './contract/cases';

/** One limiter that has counted nothing yet, for one case. */
export interface RateLimiterUnderTest {
  readonly limiter: RateLimiter;
  /** Epoch milliseconds, for the `now` of each call. */
  now(): number;
  /**
   * Lets time pass for the limiter: moves the clock that `now` reads, or what its store has counted. Left out where neither
   * is possible; the cases about time are left out then.
   */
  advance?(ms: number): Promise<void>;
  /** A further limiter on the same store, as another process would make it. Left out where nothing is shared. */
  peer?(): Promise<RateLimiter>;
  /** Called at the end of each case. */
  dispose(): Promise<void>;
}

export type CreateRateLimiter = () => Promise<RateLimiterUnderTest>;

/** Long enough that nothing ends by itself during a case. */
const WINDOW_MS = 600_000;
/** Shorter than the whole seconds in which some stores count. */
const SHORT_MS = 300;

/**
 * Holds a rate limiter to the promises of the `RateLimiter` port. Give it your test runner's functions:
 *
 * ```ts
 * import { describe, it } from 'vitest';
 * rateLimiterContract({ describe, it }, async () => ({
 *   limiter: myLimiter(),
 *   now: () => Date.now(),
 *   dispose: async () => undefined,
 * }));
 * ```
 */
export function rateLimiterContract(test: ContractTestApi, create: CreateRateLimiter): void {
  const it = (name: string, body: (limits: Limits, subject: RateLimiterUnderTest) => Promise<void>): void =>
    test.it(name, async () => {
      const subject = await create();
      try {
        await body(new Limits(subject), subject);
      } finally {
        await subject.dispose();
      }
    });
  test.describe('rate limiter: one limit', () => oneLimitCases(it));
  test.describe('rate limiter: several limits', () => severalLimitsCases(it));
  test.describe('rate limiter: time', () => timeCases(it));
  test.describe('rate limiter: processes', () => sharingCases(it));
}

type It = (name: string, body: (limits: Limits, subject: RateLimiterUnderTest) => Promise<void>) => void;

/** Asks the limiter under test. */
class Limits {
  readonly #subject: RateLimiterUnderTest;

  constructor(subject: RateLimiterUnderTest) {
    this.#subject = subject;
  }

  consume(...requests: readonly RateLimitRequest[]): Promise<RateLimitVerdict> {
    return this.#subject.limiter.consume({ requests, now: this.#subject.now() });
  }

  /** How many of so many requests, one after the other, are allowed. */
  async allowed(times: number, ...requests: readonly RateLimitRequest[]): Promise<number> {
    let allowed = 0;
    for (let n = 0; n < times; n += 1) if ((await this.consume(...requests)).allowed) allowed += 1;
    return allowed;
  }

  /** Of a request that must be refused. */
  async retryAfterMs(...requests: readonly RateLimitRequest[]): Promise<number> {
    const verdict = await this.consume(...requests);
    if (verdict.allowed) throw new Error('expected a refusal');
    return verdict.retryAfterMs;
  }
}

const limited = (key: string, limit: number, windowMs = WINDOW_MS): RateLimitRequest => ({ key, limit, windowMs });

function oneLimitCases(it: It): void {
  it('allows as many as the limit, and says of the next one when it may be repeated', async (limits) => {
    const client = limited('client:a', 3);
    equal(await limits.allowed(3, client), 3);
    const retryAfterMs = await limits.retryAfterMs(client);
    isTrue(retryAfterMs > 0 && retryAfterMs <= WINDOW_MS, 'the wait is above 0 and within the window');
    equal(await limits.allowed(5, client), 0);
  });

  it('keeps keys apart, whatever is in them', async (limits) => {
    const keys = ['client:a', 'client:b', 'client:a ', 'client:{a}', 'client:A', 'клиент:а', '{}', '*', 'client:a\n'];
    for (const key of keys) equal(await limits.allowed(2, limited(key, 1)), 1, JSON.stringify(key));
  });

  it('allows no request too many where many come at once', async (limits) => {
    const client = limited('client:a', 7);
    const verdicts = await Promise.all(Array.from({ length: 60 }, () => limits.consume(client)));
    equal(verdicts.filter(({ allowed }) => allowed).length, 7);
  });

  it('counts up to limits of thousands', async (limits) => {
    const source = limited('source:s', 2_000);
    const verdicts = await Promise.all(Array.from({ length: 2_100 }, () => limits.consume(source)));
    equal(verdicts.filter(({ allowed }) => allowed).length, 2_000);
  });

  it('allows what is not limited, and nothing where the limit is 0', async (limits) => {
    equal(await limits.consume(), { allowed: true });
    equal(await limits.retryAfterMs(limited('client:a', 0)), WINDOW_MS);
  });
}

function severalLimitsCases(it: It): void {
  it('counts against every limit', async (limits) => {
    const [client, source] = [limited('client:a', 3), limited('source:s', 5)];
    equal(await limits.allowed(10, client, source), 3);
    equal(await limits.allowed(10, limited('client:b', 3), source), 2);
    equal(await limits.allowed(10, limited('client:b', 3)), 1);
  });

  it('counts against none where any is exhausted, whichever it is', async (limits) => {
    const [client, source] = [limited('client:a', 4), limited('source:s', 4)];
    equal(await limits.allowed(4, source), 4);
    equal(await limits.allowed(6, client, source), 0);
    equal(await limits.allowed(6, client), 4);

    const [other, shared] = [limited('client:b', 1), limited('source:t', 4)];
    equal(await limits.allowed(1, other), 1);
    equal(await limits.allowed(6, other, shared), 0);
    equal(await limits.allowed(6, shared), 4);
  });

  it('leaves others their share of a source, however hard one client tries', async (limits) => {
    const source = limited('source:s', 20);
    const greedy = Array.from({ length: 50 }, () => limits.consume(limited('client:a', 5), source));
    equal((await Promise.all(greedy)).filter(({ allowed }) => allowed).length, 5);
    const others = Array.from({ length: 20 }, (_, n) => limits.consume(limited(`client:${n}`, 5), source));
    equal((await Promise.all(others)).filter(({ allowed }) => allowed).length, 15);
  });
}

function timeCases(it: It): void {
  /** Run only where time can be let pass. */
  const itAdvances = (
    name: string,
    body: (limits: Limits, advance: (ms: number) => Promise<void>) => Promise<void>,
  ): void =>
    it(name, async (limits, subject) => {
      const advance = subject.advance?.bind(subject);
      if (advance !== undefined) await body(limits, advance);
    });

  itAdvances('allows again what was refused when the time that it told is over', async (limits, advance) => {
    const [client, source] = [limited('client:a', 2), limited('source:s', 3, 4 * WINDOW_MS)];
    equal(await limits.allowed(2, client), 2);
    equal(await limits.allowed(3, source), 3);
    const retryAfterMs = await limits.retryAfterMs(client, source);
    isTrue(retryAfterMs > WINDOW_MS, 'the longer of both waits is told');
    await advance(WINDOW_MS);
    equal(await limits.allowed(1, client, source), 0);
    await advance(retryAfterMs - WINDOW_MS);
    equal(await limits.allowed(1, client, source), 1);
  });

  itAdvances('never allows more than the limit within a window, wherever it begins', async (limits, advance) => {
    const client = limited('client:a', 3);
    equal(await limits.allowed(1, client), 1);
    await advance(0.8 * WINDOW_MS);
    equal(await limits.allowed(5, client), 2);
    await advance(0.4 * WINDOW_MS);
    // The first one is over, the other two are not.
    equal(await limits.allowed(5, client), 1);
    await advance(0.4 * WINDOW_MS);
    equal(await limits.allowed(5, client), 0);
    await advance(0.4 * WINDOW_MS);
    equal(await limits.allowed(5, client), 2);
  });

  itAdvances('is not kept busy by what it refuses', async (limits, advance) => {
    const client = limited('client:a', 2);
    equal(await limits.allowed(2, client), 2);
    await advance(0.9 * WINDOW_MS);
    equal(await limits.allowed(50, client), 0);
    await advance(0.1 * WINDOW_MS);
    equal(await limits.allowed(50, client), 2);
  });

  itAdvances('holds what was allowed against a limit that was lowered meanwhile', async (limits, advance) => {
    equal(await limits.allowed(2, limited('client:a', 3)), 2);
    await advance(0.5 * WINDOW_MS);
    equal(await limits.allowed(1, limited('client:a', 3)), 1);
    const [two, one] = [limited('client:a', 2), limited('client:a', 1)];
    isTrue((await limits.retryAfterMs(two)) <= 0.5 * WINDOW_MS, 'one of two may be left');
    isTrue((await limits.retryAfterMs(one)) > 0.9 * WINDOW_MS, 'the last one must be over');
    await advance(0.5 * WINDOW_MS);
    equal(await limits.allowed(1, one), 0);
    equal(await limits.allowed(1, two), 1);
  });

  itAdvances('counts in windows of less than a second', async (limits, advance) => {
    const client = limited('client:a', 1, SHORT_MS);
    equal(await limits.allowed(1, client), 1);
    await advance(SHORT_MS);
    equal(await limits.allowed(1, client), 1);
  });
}

function sharingCases(it: It): void {
  it('counts the requests of all processes together', async (limits, subject) => {
    const peer = await subject.peer?.();
    if (peer === undefined) return;
    const [client, source] = [limited('client:a', 6), limited('source:s', 100)];
    const requests = [client, source];
    const verdicts = await Promise.all(
      Array.from({ length: 40 }, (_, n) =>
        n % 2 === 0 ? limits.consume(client, source) : peer.consume({ requests, now: subject.now() }),
      ),
    );
    equal(verdicts.filter(({ allowed }) => allowed).length, 6);
    equal((await peer.consume({ requests: [client], now: subject.now() })).allowed, false);
    equal((await peer.consume({ requests: [source], now: subject.now() })).allowed, true);
  });
}
