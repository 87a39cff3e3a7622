import type { Clock, Logger, PartStatus } from '@firstline/core';
import type { Connection } from './connection';
import { faultOf, isAboutKey, type RedisFault } from './redis-fault';
import type { RedisClient } from './redis-client';
import { TimeLimit } from './time-limit';

/** Whether Redis is used. */
export interface RedisStatus extends PartStatus {
  /** `degraded`: this process's memory answers. */
  readonly status: 'healthy' | 'degraded';
  /** Why; `null`: healthy. */
  readonly fault: RedisFault | null;
  /** Since when, in epoch milliseconds; `null`: healthy. */
  readonly degradedAt: number | null;
}

export interface RedisLinkOptions {
  readonly connection: Connection;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly logger: Logger | null;
  /** Names what uses the link in the log. */
  readonly component: 'cache' | 'rate limiter';
  /** Tries what questions come to, with a key of no meaning that has this hash tag. */
  readonly probe: (client: RedisClient, tag: string) => Promise<unknown>;
  /** What Redis has to be told before it is used again. */
  readonly missed?: {
    isAny(): boolean;
    /** Tells some of it. Rejects where that failed; what could not be told is still missed then. */
    tell(client: RedisClient): Promise<void>;
    /** Redis is used from now on. */
    returned(): void;
  };
}

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;
/** Back for less than this is not back: the first pause is longer the next time. */
const STEADY_MS = 10_000;
/** How long a connection made here may say nothing before another one is made. */
const SILENT_MS = 5_000;

type State = 'new' | 'opening' | 'up' | 'away' | 'closed';

/**
 * Asks Redis as long as that makes sense, so that nobody's message waits for a server that is not there.
 *
 * - `new`      nothing was asked yet; no connection. The first question leads to `opening`.
 * - `opening`  whoever asks waits for the connection. There within the time limit → `up`; refused or too late → `away`.
 * - `up`       questions go to Redis. The connection ends, one answer comes too late or says that the server is not able:
 *              → `away`, and all who still wait are released.
 * - `away`     questions are answered with `null` at once. Meanwhile one tries again, whenever the client is connected anew
 *              and else after growing pauses: when the same can be done with another key, beside the one that failed, and
 *              what was missed is told → `up`.
 * - `closed`   questions are answered with `null`, for good.
 */
export class RedisLink {
  readonly #options: RedisLinkOptions;
  readonly #client: RedisClient;
  readonly #limit: TimeLimit;
  #state: State = 'new';
  #opening: Promise<void> | null = null;
  #opened: () => void = () => undefined;
  #fault: RedisFault | null = null;
  #degradedAt: number | null = null;
  /** Hash tags of what failed: in a cluster the other nodes may be well. */
  #tags: readonly string[] = [''];
  #isLookedAfter = false;
  /** Ends the pause before the next try. */
  #wake = new AbortController();
  #firstPauseMs = FIRST_PAUSE_MS;
  #returnedAt = Number.NEGATIVE_INFINITY;
  /** A probe that was not answered yet. Questions to a server that hangs would pile up. */
  #isProbing = false;
  /** When the connection last gave a sign of life. */
  #heardAt = 0;

  constructor(options: RedisLinkOptions) {
    this.#options = options;
    this.#client = options.connection.client;
    this.#limit = new TimeLimit(options.clock, options.timeoutMs);
  }

  /** Connects, if that was not done yet. Resolves when it is clear whether Redis is there; never rejects. */
  ready(): Promise<void> {
    this.#opening ??= this.#open();
    return this.#opening;
  }

  /**
   * Never rejects. `null`: Redis is away, or could not do this; whoever asked has to help himself. `tags` are the hash tags
   * of the keys that the question is about.
   */
  async ask<T>(
    tags: readonly string[],
    question: (client: RedisClient) => Promise<T>,
  ): Promise<{ readonly value: T } | null> {
    if (this.#state === 'new' || this.#state === 'opening') await this.ready();
    if (this.#state !== 'up') return null;
    if (this.#client.status !== 'ready') {
      this.#leave('unreachable', tags);
      return null;
    }
    const outcome = await this.#limit.wait((async () => question(this.#client))());
    if (outcome === 'too late') this.#leave('timeout', tags);
    else if ('value' in outcome) return outcome;
    else if (!isAboutKey(outcome.error)) this.#leave(faultOf(outcome.error), tags);
    return null;
  }

  status(): RedisStatus {
    const status = this.#fault === null ? 'healthy' : 'degraded';
    return { status, fault: this.#fault, degradedAt: this.#degradedAt };
  }

  /** Closes a connection that was made here. */
  async close(): Promise<void> {
    if (this.#state === 'closed') return;
    const wasOpened = this.#state !== 'new';
    this.#turnTo('closed', 'closed');
    if (!wasOpened) return;
    this.#listen('removeListener');
    if (this.#options.connection.isOwn) await ended(this.#client);
  }

  async #open(): Promise<void> {
    if (this.#state !== 'new') return;
    this.#listen('on');
    if (this.#client.status === 'ready') return this.#turnUp();
    this.#state = 'opening';
    const opened = new Promise<void>((resolve) => (this.#opened = resolve));
    if (this.#client.status === 'wait') this.#connect();
    const outcome = await this.#limit.wait(opened);
    if (outcome === 'too late') this.#leave('unreachable');
  }

  /** Failures come as events as well. */
  #connect(): void {
    this.#client.connect().catch(() => undefined);
  }

  #listen(method: 'on' | 'removeListener'): void {
    for (const [event, listener] of Object.entries(this.#listeners)) {
      // Without anybody to hear them ioredis prints errors; whether it does is the business of whoever made the client.
      if (event !== 'error' || this.#options.connection.isOwn) this.#client[method](event, listener);
    }
  }

  readonly #listeners: Readonly<Record<string, (error: unknown) => void>> = {
    connect: () => this.#heard(),
    ready: () => {
      this.#heard();
      if (this.#state === 'opening') this.#turnUp();
      this.#opened();
      this.#wake.abort();
    },
    // Says better than the end that follows why there is no connection.
    error: (error) => {
      if (this.#state === 'away' || this.#state === 'opening') this.#fault = faultOf(error);
    },
    close: () => {
      this.#heard();
      this.#leave('unreachable');
    },
  };

  #heard(): void {
    this.#heardAt = this.#options.clock.now();
  }

  #leave(fault: RedisFault, tags = this.#tags): void {
    if (this.#state !== 'up' && this.#state !== 'opening') return;
    this.#tags = tags;
    this.#heard();
    const isSteady = this.#options.clock.now() - this.#returnedAt >= STEADY_MS;
    this.#firstPauseMs = isSteady ? FIRST_PAUSE_MS : Math.min(2 * this.#firstPauseMs, LONGEST_PAUSE_MS);
    this.#turnTo('away', this.#fault ?? fault);
    void this.#lookAfter();
    this.#tell('warn', { fault: this.#fault }, 'redis is away, memory answers');
  }

  #turnUp(): void {
    this.#state = 'up';
    this.#fault = null;
    this.#degradedAt = null;
  }

  #turnTo(state: 'away' | 'closed', fault: RedisFault): void {
    this.#state = state;
    this.#fault = fault;
    this.#degradedAt ??= this.#options.clock.now();
    this.#wake.abort();
    this.#opened();
    this.#limit.giveUp();
  }

  /** Never rejects: nobody would hear it. */
  async #lookAfter(): Promise<void> {
    this.#wake = new AbortController();
    if (this.#isLookedAfter) return;
    this.#isLookedAfter = true;
    for (let pauseMs = this.#firstPauseMs; this.#state === 'away'; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      await this.#options.clock.sleep(pauseMs, this.#wake.signal);
      // Whoever calls during the try is not missed: there is no pause behind it then.
      this.#wake = new AbortController();
      if (this.#state === 'away') await this.#tryAgain().catch(() => undefined);
    }
    this.#isLookedAfter = false;
  }

  async #tryAgain(): Promise<void> {
    if (this.#client.status !== 'ready' || this.#isProbing) return this.#reconnect();
    const { missed } = this.#options;
    const probe = this.#probe();
    if (!(await this.#succeeds(probe))) {
      this.#reconnect();
      // An answer that comes late still says that the server is there again.
      return void probe.then(
        () => this.#wake.abort(),
        () => undefined,
      );
    }
    while (missed?.isAny() === true) if (!(await this.#succeeds(missed.tell(this.#client)))) return;
    // Nothing may lie between the last look at what was missed and this: it would be lost.
    this.#return();
  }

  async #probe(): Promise<void> {
    this.#isProbing = true;
    try {
      await Promise.all(this.#tags.map((tag) => this.#options.probe(this.#client, tag)));
    } finally {
      this.#isProbing = false;
    }
  }

  async #succeeds(running: Promise<unknown>): Promise<boolean> {
    const outcome = await this.#limit.wait(running);
    if (this.#state !== 'away') return false;
    if (outcome !== 'too late' && 'value' in outcome) return true;
    this.#fault = outcome === 'too late' ? 'timeout' : faultOf(outcome.error);
    return false;
  }

  #return(): void {
    if (this.#state !== 'away') return;
    const { clock, missed } = this.#options;
    this.#returnedAt = clock.now();
    const awayMs = this.#returnedAt - (this.#degradedAt ?? this.#returnedAt);
    this.#turnUp();
    missed?.returned();
    this.#tell('info', { awayMs }, 'redis is back');
  }

  /** A logger that is broken breaks nothing else. */
  #tell(level: 'info' | 'warn', fields: Readonly<Record<string, unknown>>, message: string): void {
    const { component, logger } = this.#options;
    try {
      logger?.[level]({ component, ...fields }, message);
    } catch {
      // Whom should one tell?
    }
  }

  /**
   * ioredis makes a new connection when one breaks. It waits for ever for one that was accepted and then never answers,
   * stays with a server that has become a replica, and does nothing more after a `retryStrategy` that gave up.
   */
  #reconnect(): void {
    const { isOwn } = this.#options.connection;
    const { status } = this.#client;
    if (status === 'wait' || (isOwn && status === 'end')) return this.#connect();
    const isSilent = this.#options.clock.now() - this.#heardAt >= SILENT_MS;
    if (!isOwn || !isSilent || (status !== 'connect' && status !== 'ready')) return;
    this.#heard();
    this.#client.disconnect(true);
  }
}

/** Resolves when ioredis has let go of the connection. */
function ended(client: RedisClient): Promise<void> {
  return new Promise((resolve) => {
    const { status } = client;
    client.on('error', () => undefined);
    client.on('end', () => resolve());
    client.disconnect();
    // There is no connection, so nothing will be told of its end.
    if (status === 'reconnecting' || status === 'end') resolve();
  });
}
