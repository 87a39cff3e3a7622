import type { DispatchedWork, Dispatcher, PartStatus, WorkKind } from '@firstline/core';
import { type BullMqDispatcherOptions, checkedSettings, invalid, type Settings } from './options';
import { RedisLink } from './redis-link';
import { SweepLoop } from './sweep-loop';
import { WakeupQueue } from './wakeup-queue';
import { WakeupTaker } from './wakeup-taker';

/** After a failed look, so that a storage that is away is not asked in a tight loop. */
const PAUSE_AFTER_ERROR_MS = 1_000;

/**
 * Shares wake-ups among the processes of one installation, as BullMQ jobs in Redis: whichever process takes the job looks.
 * Each process sweeps as well; and while Redis is away, each looks by its own wake-ups, as with `localDispatcher()`.
 *
 * A process that does not call `engine.start()` wakes the others too. `engine.stop()` closes the connections of either.
 * Throws `invalid_options`.
 */
export function bullMqDispatcher(options: BullMqDispatcherOptions): Dispatcher {
  return new BullMqDispatcher(checkedSettings(options));
}

class BullMqDispatcher implements Dispatcher {
  readonly #settings: Settings;
  readonly #link: RedisLink;
  readonly #looks = new Set<Promise<unknown>>();
  /** What could not be told to others, and this process does not do itself. */
  readonly #owed = new Set<WorkKind>();
  #work: DispatchedWork | null = null;
  #loops: ReadonlyMap<WorkKind, SweepLoop> = new Map();
  #queue: WakeupQueue | null = null;
  #taker: WakeupTaker | null = null;
  #isStopping = false;
  #stopped: Promise<void> | null = null;

  constructor(settings: Settings) {
    this.#settings = settings;
    this.#link = new RedisLink(settings.clock, settings.logger, () => this.#onLink());
  }

  /** Does not wait for Redis. Rejects with `invalid_options` when the engine's tenant is not that of the options. */
  async start(work: DispatchedWork): Promise<void> {
    if (this.#work !== null || this.#isStopping) return;
    if (work.tenant !== this.#settings.tenant) throw invalid('tenant', `the engine's is ${work.tenant}; give the same`);
    this.#work = work;
    this.#link.clock = work.clock;
    this.#link.logger = work.logger;
    this.#opened().clock = work.clock;
    const loops = work.kinds.map((kind) => [kind, new SweepLoop(work, () => this.#sweep(work, kind))] as const);
    this.#loops = new Map(loops);
    if (this.#link.isUp) this.#onLink();
  }

  notify(kind: WorkKind, at: number): void {
    if (this.#isStopping) return;
    const { clock, sweepMs } = this.#work ?? { clock: this.#settings.clock, sweepMs: null };
    const now = clock.now();
    // Whoever works knows best how long it sleeps.
    if (sweepMs === null) this.#opened().add(kind, now);
    // A sweep comes before, and finds out.
    else if (at <= now + sweepMs) this.#opened().add(kind, at);
  }

  stop(): Promise<void> {
    this.#isStopping = true;
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  /** By what became of the last wake-ups; asks nobody. */
  status(): PartStatus {
    return this.#link.status();
  }

  async #stop(): Promise<void> {
    await Promise.all([...this.#loops.values()].map((loop) => loop.stop()));
    await Promise.all(this.#looks);
    await this.#taker?.close();
    await this.#queue?.close();
  }

  #opened(): WakeupQueue {
    this.#queue ??= new WakeupQueue(this.#settings, this.#link, (kind, at) => {
      if (this.#work === null) this.#owed.add(kind);
      else this.#loops.get(kind)?.notify(at);
    });
    return this.#queue;
  }

  /** Redis is there, or is not any more: whoever sleeps may sleep too long now, and others know nothing of what is due. */
  #onLink(): void {
    const work = this.#work;
    for (const loop of this.#loops.values()) loop.notify(Number.NEGATIVE_INFINITY);
    if (!this.#link.isUp || this.#isStopping) return;
    for (const kind of this.#owed) this.#queue?.add(kind, this.#settings.clock.now());
    this.#owed.clear();
    if (work !== null)
      this.#taker ??= new WakeupTaker(this.#settings, 2 * work.kinds.length, (name) => this.#take(work, name));
  }

  /** Resolves to when to look next without being told to. */
  async #sweep(work: DispatchedWork, kind: WorkKind): Promise<number> {
    const { clock, sweepMs } = work;
    this.#queue?.probe();
    const next = await this.#look(work, kind);
    const sweepAt = clock.now() + sweepMs;
    if (next === null) return sweepAt;
    if (!this.#link.isUp) return Math.min(next, sweepAt);
    this.notify(kind, next);
    return sweepAt;
  }

  /** A job came in, from this process or another. */
  async #take(work: DispatchedWork, name: string): Promise<void> {
    // A probe, or what only a newer version knows.
    const kind = work.kinds.find((known) => known === name);
    if (kind === undefined) return;
    if (!this.#isStopping) {
      const next = await this.#look(work, kind);
      if (next !== null) this.notify(kind, next);
    }
    // It may have ended before all was claimed: somebody else is to look.
    if (this.#isStopping) this.#queue?.add(kind, work.clock.now());
  }

  async #look({ look, clock, logger }: DispatchedWork, kind: WorkKind): Promise<number | null> {
    const looking = look(kind).catch((error: unknown) => {
      const name = error instanceof Error ? error.name : typeof error;
      logger.error({ kind, error: name }, 'could not claim due work; trying again');
      return clock.now() + PAUSE_AFTER_ERROR_MS;
    });
    this.#looks.add(looking);
    try {
      return await looking;
    } finally {
      this.#looks.delete(looking);
    }
  }
}
