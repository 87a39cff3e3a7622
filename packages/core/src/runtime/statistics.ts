import { FirstlineError } from '../errors';
import { type Duration, parseDuration } from '../model/duration';
import type { CacheStats } from '../ports/cache';
import type { StorageCounts } from '../ports/storage-reads';
import type { EngineContext } from './context';

export interface Stats extends StorageCounts {
  /** Share of settled deliveries that were sent, in [0, 1]; `null` while none is settled. */
  readonly deliverySuccess: number | null;
  /** When it was counted (epoch ms), by the clock of the process that did. */
  readonly countedAt: number;
  /** How the engine's cache has done in this process since it was made, however old the counts are. */
  readonly cache: CacheStats & {
    /** Hits of all questions, in [0, 1]; `null` while there was none. */
    readonly hitRate: number | null;
  };
}

export interface StatsParams {
  /**
   * How old the counts may be. Counting reads everything that is stored, so what many look at, many times a minute, should be
   * a few seconds old: it is counted once, and kept in the engine's cache for whichever process asks. Default 0: counted now.
   */
  readonly maxAge?: Duration;
}

type Counted = StorageCounts & { readonly countedAt: number };

/** Changes with the shape of {@link StorageCounts}, so that releases that share a cache do not read each other's. */
const SHAPE = 1;

/** Counts what is stored, no more often than those who ask need it. */
export class Statistics {
  readonly #context: EngineContext;
  /** By the greatest age, for all who ask at the same time. */
  readonly #underway = new Map<number, Promise<Counted>>();

  constructor(context: EngineContext) {
    this.#context = context;
  }

  /** @throws FirstlineError `invalid_input` where `maxAge` is no duration. */
  async read({ maxAge = 0 }: StatsParams): Promise<Stats> {
    const maxAgeMs = parseDuration(maxAge);
    if (maxAgeMs === null) {
      throw new FirstlineError('invalid_input', 'maxAge: expected a duration such as "5s"', { path: 'maxAge' });
    }
    const counted = await (maxAgeMs === 0 ? this.#count() : this.#recent(maxAgeMs));
    const { sent, dead, expired, unknown } = counted.deliveries;
    const settled = sent + dead + expired + unknown;
    const { hits, misses, size } = this.#context.cache.stats();
    const hitRate = hits + misses === 0 ? null : hits / (hits + misses);
    return {
      ...counted,
      deliverySuccess: settled === 0 ? null : sent / settled,
      cache: { hits, misses, size, hitRate },
    };
  }

  #recent(maxAgeMs: number): Promise<Counted> {
    const running = this.#underway.get(maxAgeMs);
    if (running !== undefined) return running;
    const reading = this.#read(maxAgeMs).finally(() => this.#underway.delete(maxAgeMs));
    this.#underway.set(maxAgeMs, reading);
    return reading;
  }

  /** The cache ends what is too old, by one clock; those of the processes may differ. */
  async #read(maxAgeMs: number): Promise<Counted> {
    const { cache, tenant } = this.#context;
    const key = `stats:${SHAPE}:${maxAgeMs}:${tenant}`;
    const stored = counted(await cache.get(key).catch(() => null));
    if (stored !== null) return stored;
    const fresh = await this.#count();
    await cache.set(key, JSON.stringify(fresh), maxAgeMs).catch(() => undefined);
    return fresh;
  }

  async #count(): Promise<Counted> {
    const { storage, tenant, clock } = this.#context;
    const now = clock.now();
    return { ...(await storage.counts({ tenant, now })), countedAt: now };
  }
}

/** `null`: nothing that was put there by {@link Statistics}. */
function counted(text: string | null): Counted | null {
  try {
    const value = JSON.parse(text ?? 'null') as Partial<Counted> | null;
    return typeof value?.countedAt === 'number' && typeof value.deliveries === 'object' ? (value as Counted) : null;
  } catch {
    return null;
  }
}
