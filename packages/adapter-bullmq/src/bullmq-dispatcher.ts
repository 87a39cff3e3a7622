import type { DispatchedWork, Dispatcher, PartStatus, WorkKind } from '@firstline/core';
import { type BullMqDispatcherOptions, checkedSettings, invalid, type Settings } from './options';
import { LookLoop } from './look-loop';
import { RedisLink } from './redis-link';
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
  /** What could not be told to others, and this process does not do itself. */
  readonly #owed = new Set<WorkKind>();
  #work: DispatchedWork | null = null;
  #loops: ReadonlyMap<WorkKind, LookLoop> = new Map();
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
    const loops = work.kinds.map((kind) => [kind, new LookLoop(work, () => this.#look(work, kind))] as const);
    this.#loops = new Map(loops);
    if (this.#link.isUp) this.#onLink();
  }

  notify(kind: WorkKind, at: number): void {
    // Others can be told until the connection is closed: of what is committed while this process comes to its end, too.
    const queue = this.#isStopping ? this.#queue : this.#opened();
    const { clock, sweepMs } = this.#work ?? { clock: this.#settings.clock, sweepMs: null };
    const now = clock.now();
    // Whoever works knows best how long it sleeps.
    if (sweepMs === null) queue?.add(kind, now);
    // A sweep comes before, and finds out.
    else if (at <= now + sweepMs) queue?.add(kind, at);
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
    // First of all, or it would take what is handed over to others here, and hand it over again.
    this.#taker?.pause();
    await Promise.all([...this.#loops.values()].map((loop) => loop.stop()));
    await this.#taker?.close();
    await this.#queue?.close();
  }

  #opened(): WakeupQueue {
    this.#queue ??= new WakeupQueue(this.#settings, this.#link, (kind, at) => {
      if (this.#work === null || this.#isStopping) this.#owed.add(kind);
      else this.#loops.get(kind)?.notify(at);
    });
    return this.#queue;
  }

  /** Redis is there, or is not any more: whoever sleeps may sleep too long now, and others know nothing of what is due. */
  #onLink(): void {
    const work = this.#work;
    for (const loop of this.#loops.values()) loop.notify(Number.NEGATIVE_INFINITY);
    if (!this.#link.isUp) return;
    for (const kind of this.#owed) this.#opened().add(kind, this.#opened().clock.now());
    this.#owed.clear();
    if (work !== null && !this.#isStopping)
      this.#taker ??= new WakeupTaker(this.#settings, 2 * work.kinds.length, (name) => this.#take(work, name));
  }

  /** A job came in, from this process or another. */
  async #take({ clock, kinds }: DispatchedWork, name: string): Promise<void> {
    // A probe, or what only a newer version knows.
    const kind = kinds.find((known) => known === name);
    if (kind === undefined) return;
    const hasLooked = await this.#loops.get(kind)?.look();
    if (hasLooked !== true) this.#queue?.add(kind, clock.now());
  }

  /** Resolves to when to look next without being told to. */
  async #look(work: DispatchedWork, kind: WorkKind): Promise<number> {
    const { look, clock, sweepMs } = work;
    this.#queue?.probe();
    const next = await look(kind).catch((error: unknown) => {
      const name = error instanceof Error ? error.name : typeof error;
      this.#link.tell('error', { kind, error: name }, 'could not claim due work; trying again');
      return clock.now() + PAUSE_AFTER_ERROR_MS;
    });
    const sweepAt = clock.now() + sweepMs;
    // It may have ended before all was claimed: somebody else is to look.
    if (this.#isStopping) this.#queue?.add(kind, clock.now());
    else if (next !== null && !this.#link.isUp) return Math.min(next, sweepAt);
    else if (next !== null) this.notify(kind, next);
    return sweepAt;
  }
}
