import type { Clock, Logger } from '@firstline/core';
import type { ListeningClient } from './listening-client';
import { quoted } from './identifier';
import { within } from './within';

export interface SignalListenerOptions {
  /** A new connection, not connected yet; `null`: nobody knows where to. */
  readonly client: () => ListeningClient | null;
  /** Selects the name to listen to, as `channel`. */
  readonly channel: string;
  /** Has this process notify itself, by the way on which it tells others. */
  readonly probe: () => Promise<unknown>;
  /** Whether this is the probe that was sent last. */
  readonly isProbe: (payload: string) => boolean;
  readonly heard: (payload: string) => void;
  /** From now on nothing is missed; something may have been until now. */
  readonly missed: () => void;
  readonly clock: Clock;
  readonly logger: Logger | null;
}

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 30_000;
/** For each step of a connection: to be made, to answer, to bring the probe. */
const STEP_MS = 5_000;
/** A connection that nobody writes to may be gone without a word. */
const PULSE_MS = 60_000;

/**
 * One connection that listens, for as long as it is wanted.
 *
 * - `connecting` made, told to listen, and tried: what this process notifies has to come back. A proxy that hands a connection
 *   from one transaction to the next takes the `listen`, and then nothing ever comes; so it is the probe that decides.
 *   The probe is heard → `listening`; anything else → `away`.
 * - `listening`  everybody looks at everything once, since something may have been missed. The connection ends, or does not
 *   answer to its pulse → `away`.
 * - `away`       told once, as a warning. After a pause, twice as long each time → `connecting`.
 */
export class SignalListener {
  readonly #options: SignalListenerOptions;
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;
  #isAway = false;

  /** Begins at once. */
  constructor(options: SignalListenerOptions) {
    this.#options = options;
    this.#running = this.#run();
  }

  /** Resolves when the connection is closed. */
  stop(): Promise<void> {
    this.#stopping.abort();
    return this.#running;
  }

  async #run(): Promise<void> {
    const { clock } = this.#options;
    const { signal } = this.#stopping;
    for (let pauseMs = FIRST_PAUSE_MS; !signal.aborted; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      let connection: Listening | null = null;
      try {
        const client = this.#options.client();
        if (client === null) {
          return this.#leave('the given pool does not say how to connect; give `signals` a connection');
        }
        connection = new Listening(client);
        await this.#connect(connection);
        pauseMs = FIRST_PAUSE_MS;
        this.#arrive();
        await this.#listen(connection);
        if (!signal.aborted) this.#leave('the connection was lost');
      } catch (error) {
        if (!signal.aborted) this.#leave(reasonOf(error));
      }
      await connection?.end(clock);
      await clock.sleep(pauseMs, signal);
    }
  }

  async #connect(connection: Listening): Promise<void> {
    const { channel, clock, heard, isProbe, probe } = this.#options;
    const { signal } = this.#stopping;
    const step = <T>(running: Promise<T>): Promise<T> => within(clock, STEP_MS, running, signal);
    let probed: () => void = () => undefined;
    const back = new Promise<void>((resolve) => (probed = resolve));
    connection.onPayload((payload) => {
      if (isProbe(payload)) probed();
      else heard(payload);
    });
    await step(connection.client.connect());
    const { rows } = await step(connection.client.query({ text: channel }));
    const [row] = rows as { channel: string }[];
    await step(connection.client.query({ text: `listen ${quoted(row?.channel ?? '')}` }));
    await step(probe());
    await step(back).catch((error: unknown) => {
      throw signal.aborted
        ? error
        : new Error('notifications do not arrive; is there a proxy in transaction mode between?');
    });
  }

  async #listen(connection: Listening): Promise<void> {
    const { clock } = this.#options;
    const { signal } = this.#stopping;
    while (!signal.aborted && !connection.isLost) {
      await Promise.race([connection.lost, clock.sleep(PULSE_MS, signal)]);
      if (!signal.aborted && !connection.isLost) {
        await within(clock, STEP_MS, connection.client.query({ text: 'select 1' }));
      }
    }
  }

  #arrive(): void {
    if (this.#isAway) this.#tell((logger) => logger.info({}, 'other processes are heard again'));
    this.#isAway = false;
    this.#options.missed();
  }

  #leave(reason: string): void {
    if (!this.#isAway) {
      this.#tell((logger) => logger.warn({ reason }, 'other processes are not heard; sweeps find their work'));
    }
    this.#isAway = true;
  }

  /** A logger that fails must end neither the listening nor the process. */
  #tell(say: (logger: Logger) => void): void {
    const { logger } = this.#options;
    try {
      if (logger !== null) say(logger);
    } catch {
      return;
    }
  }
}

/** A client, and whether it can be used. */
class Listening {
  readonly client: ListeningClient;
  readonly lost: Promise<void>;
  isLost = false;

  constructor(client: ListeningClient) {
    this.client = client;
    this.lost = new Promise((resolve) => {
      const lose = (): void => {
        this.isLost = true;
        resolve();
      };
      client.on('error', lose);
      client.on('end', lose);
    });
  }

  onPayload(listener: (payload: string) => void): void {
    this.client.on('notification', ({ payload }) => listener(payload ?? ''));
  }

  async end(clock: Clock): Promise<void> {
    await within(clock, STEP_MS, this.client.end()).catch(() => undefined);
  }
}

/** A code, or what we say ourselves; what pg says may show a value. */
function reasonOf(error: unknown): string {
  const { code, message } = (error ?? {}) as { readonly code?: unknown; readonly message?: unknown };
  if (typeof code === 'string') return code;
  return typeof message === 'string' && message.startsWith('notifications') ? message : 'no connection';
}
