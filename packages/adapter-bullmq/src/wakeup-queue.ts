import { setTimeout } from 'node:timers/promises';
import type { Clock, WorkKind } from '@firstline/core';
import { type JobsOptions, Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { connectionToAdd, endOf } from './connection';
import type { Settings } from './options';
import type { RedisLink } from './redis-link';

/** A job that asks for nothing but an answer: whether Redis accepts jobs again. */
const PROBE = 'probe';
/** What becomes due within this time, in milliseconds, is one job: the first one's look says when the next is due. */
const BUCKET_MS = 50;
/** Nothing is kept of a job that is done, and none is tried again: the sweep is. */
const NO_TRACE: JobsOptions = { removeOnComplete: true, removeOnFail: true, attempts: 1, stackTraceLimit: 0 };

/** Jobs of this tenant only, because a worker takes what it gets. */
export function queueOptions({ prefix, queue, tenant }: Settings): { readonly name: string; readonly prefix: string } {
  return { name: `${queue}-${encodeURIComponent(tenant)}`, prefix };
}

interface Sending {
  readonly done: Promise<void>;
  again: number | null;
}

/** Hands wake-ups over to Redis. */
export class WakeupQueue {
  readonly #settings: Settings;
  readonly #link: RedisLink;
  readonly #redis: Redis;
  readonly #queue: Queue;
  /** Calls instead, where one could not be handed over. */
  readonly #missed: (kind: WorkKind, at: number) => void;
  /** What is on its way, and what came meanwhile, which the one on its way may be too early for. */
  readonly #sending = new Map<string, Sending>();
  /** Resolves when it is known for the first time whether Redis is there. */
  readonly #known: Promise<void>;
  #know: () => void = () => undefined;
  #isProbing = false;
  #isClosed = false;
  clock: Clock;

  constructor(settings: Settings, link: RedisLink, missed: (kind: WorkKind, at: number) => void) {
    this.#settings = settings;
    this.#link = link;
    this.#missed = missed;
    this.clock = settings.clock;
    this.#known = new Promise((resolve) => (this.#know = resolve));
    this.#redis = connectionToAdd(settings.target);
    this.#redis.on('ready', () => this.probe());
    this.#redis.on('close', () => this.#away('unreachable'));
    const { name, prefix } = queueOptions(settings);
    this.#queue = new Queue(name, { connection: this.#redis, prefix, streams: { events: { maxLen: 100 } } });
    this.#queue.on('error', () => undefined);
  }

  /** At most one job for each kind and {@link BUCKET_MS}; what comes while one is on its way is sent once after it. */
  add(kind: WorkKind, at: number): void {
    if (!this.#link.isUp || this.#isClosed) {
      this.#missed(kind, at);
      this.probe();
      return;
    }
    const delay = Math.max(0, at - this.clock.now());
    const id = delay === 0 ? kind : `${kind}-${Math.floor(at / BUCKET_MS)}`;
    const underway = this.#sending.get(id);
    if (underway !== undefined) {
      underway.again = at;
      return;
    }
    const done = this.#add(kind, id, delay).then((isAccepted) => {
      const again = this.#sending.get(id)?.again ?? null;
      this.#sending.delete(id);
      if (!isAccepted) this.#missed(kind, at);
      if (again !== null) this.add(kind, again);
    });
    this.#sending.set(id, { done, again: null });
  }

  /** Finds out whether Redis is there again; the answer goes to the link. */
  probe(): void {
    if (this.#isProbing || this.#isClosed || this.#link.isUp || this.#redis.status !== 'ready') return;
    this.#isProbing = true;
    void this.#add(PROBE, PROBE, 0).then((isAccepted) => {
      this.#isProbing = false;
      if (isAccepted) this.#link.up();
      this.#know();
    });
  }

  /** Resolves when what was on its way has been accepted or given up, and the connection is closed. */
  async close(): Promise<void> {
    const isGivenUp = new AbortController();
    const tooLate = setTimeout(this.#settings.timeoutMs, null, { signal: isGivenUp.signal }).catch(() => null);
    await Promise.race([this.#allSent(), tooLate]);
    isGivenUp.abort();
    this.#isClosed = true;
    await endOf(this.#redis);
    void this.#queue.close().catch(() => undefined);
  }

  async #allSent(): Promise<void> {
    // What was told before goes on its way then.
    await this.#known;
    while (this.#sending.size > 0) await Promise.all([...this.#sending.values()].map(({ done }) => done));
  }

  /** Resolves to false when it was not accepted in time; it may have been accepted nevertheless. */
  async #add(name: string, id: string, delay: number): Promise<boolean> {
    const inTime = new AbortController();
    const tooLate = this.clock.sleep(this.#settings.timeoutMs, inTime.signal).then(() => 'timeout');
    try {
      const adding = this.#queue.add(name, null, { ...NO_TRACE, delay, deduplication: { id } });
      adding.catch(() => undefined);
      if ((await Promise.race([adding, tooLate])) !== 'timeout') return true;
      this.#away('timeout');
    } catch (error) {
      this.#away(this.#redis.status === 'ready' ? faultOf(error) : 'unreachable');
    } finally {
      inTime.abort();
    }
    return false;
  }

  #away(fault: string): void {
    if (this.#isClosed) return;
    this.#link.away(fault);
    this.#know();
  }
}

/** The code that a reply of Redis begins with, `oom` or `readonly` for example; what follows may name anything. */
function faultOf(error: unknown): string {
  const code = error instanceof Error ? /^(?:ERR )?([A-Z]{3,20})\b/.exec(error.message)?.[1] : undefined;
  return code?.toLowerCase() ?? 'refused';
}
