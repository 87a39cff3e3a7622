import {
  createEngine,
  type Engine,
  type EngineOptions,
  type FeedEvent,
  isFirstlineError,
  type Storage,
} from '@firstline/core';
import { countingIds, FakeTransport, ManualClock, type SendResponder } from '@firstline/core/testing';
import { SCENARIOS, scriptedClassifier } from '../../packages/core/test/support/fixture';
import { type Fate, type Line, lineTo } from './faults';

export const TENANT = 'default';
const KINDS = ['process', 'deliver', 'remind', 'watch', 'announce'] as const;
const SPOKEN_BY_PEOPLE = 'operator';
/** Far more rounds than the longest ladder has steps, for every client. */
const ROUNDS = 500;

/** What a call to the engine came to. `lost`: its process died; nobody knows. */
export type Attempt<T> =
  | { readonly came: 'value'; readonly value: T }
  | { readonly came: 'refusal'; readonly code: string }
  | { readonly came: 'lost' };

/** One message as it left, and how much of the feed was written by then. */
export interface Sent {
  readonly messageId: string;
  readonly conversationId: string;
  readonly feedSeq: number;
}

interface Process {
  readonly engine: Engine;
  readonly line: Line;
}

/** A support desk of two processes, which may die between any two calls. Storage, receivers and time survive them. */
export class World {
  readonly clock = new ManualClock();
  readonly classifier = scriptedClassifier();
  readonly transports = { plain: new FakeTransport(), chat: new FakeTransport({ chat: true }) };
  readonly storage: Storage;
  /** What must never be seen, as seen while it ran. */
  readonly violations: string[] = [];
  readonly sent: Sent[] = [];
  readonly feed: FeedEvent[] = [];
  readonly acknowledged = new Set<string>();
  readonly closed = new Set<string>();
  /** Storage calls that failed or killed their process so far. */
  faults = 0;
  readonly #ids = countingIds();
  readonly #processes: [Process | null, Process | null] = [null, null];
  #fates: Fate[] = [];
  #failingSends = 0;

  constructor(storage: Storage) {
    this.storage = storage;
    const respond: SendResponder = async (outbound, { now }) => {
      await this.#witness(outbound, now);
      if (this.#failingSends === 0) return { class: 'ok' };
      this.#failingSends -= 1;
      return { class: 'retry', code: 'http_503' };
    };
    for (const transport of Object.values(this.transports)) transport.respondWith(respond);
  }

  /** What the next storage calls come to, in order, whoever makes them. */
  plan(fates: readonly Fate[]): void {
    this.#fates = [...fates];
  }

  failSends(times: number): void {
    this.#failingSends = times;
  }

  kill(at: 0 | 1): void {
    this.#processes[at]?.line.cut();
    this.#processes[at] = null;
  }

  /** Asks one of the processes, started anew if it is gone. An error that no caller may see is thrown. */
  async try<T>(at: 0 | 1, ask: (engine: Engine) => Promise<T>): Promise<Attempt<T>> {
    const known = this.#processes[at];
    const process = known?.line.alive === true ? known : this.#boot();
    this.#processes[at] = process;
    const lost = process.line.died.then((): Attempt<T> => ({ came: 'lost' }));
    const answer = ask(process.engine).then(
      (value): Attempt<T> => ({ came: 'value', value }),
      (error: unknown): Attempt<T> => {
        if (isFirstlineError(error) && error.code !== 'internal') return { came: 'refusal', code: error.code };
        throw error;
      },
    );
    return Promise.race([answer, lost]);
  }

  /** Time goes on while somebody waits, for example for a lane whose holder died. */
  async live<T>(work: Promise<T>): Promise<T> {
    let over = false;
    const watched = work.finally(() => (over = true));
    watched.catch(() => undefined);
    for (let step = 25; ; step = Math.min(step * 2, 1_000)) {
      await new Promise((resolve) => setImmediate(resolve));
      if (over) return watched;
      if (this.clock.sleeping > 0) await this.clock.advance(step);
    }
  }

  ask<T>(at: 0 | 1, ask: (engine: Engine) => Promise<T>): Promise<Attempt<T>> {
    return this.live(this.try(at, ask));
  }

  /** Everything that was written to the feed so far. */
  async readFeed(): Promise<readonly FeedEvent[]> {
    for (;;) {
      const after = this.feed.at(-1)?.seq ?? 0;
      const events = await this.storage.events({ tenant: TENANT, after, limit: 500 });
      // Two readers at once may have come with the same piece.
      this.feed.push(...events.filter(({ seq }) => seq > (this.feed.at(-1)?.seq ?? 0)));
      if (events.length < 500) return this.feed;
    }
  }

  /** Lets everything come to its end, however long the ladders are; nothing fails any more. */
  async settle(): Promise<void> {
    this.#fates = [];
    this.#failingSends = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      await this.ask(0, (engine) => engine.tick());
      const due = await this.storage.nextDueAt({ tenant: TENANT, kinds: KINDS });
      if (due === null) return;
      await this.clock.advance(Math.max(due - this.clock.now(), 0));
    }
    throw new Error('the desk never comes to rest');
  }

  /** What the desk is about. */
  protected desk(): Pick<EngineOptions, 'scenarios' | 'classifier' | 'policy'> {
    return {
      scenarios: SCENARIOS,
      classifier: this.classifier,
      policy: {
        receiving: { clientRateLimit: false, duplicateWindow: 0 },
        escalation: { loopGuard: { limit: 8, window: '5m' } },
        retention: { events: false },
      },
    };
  }

  #boot(): Process {
    const line = lineTo(this.storage, () => {
      const fate = this.#fates.shift() ?? 'ok';
      if (fate !== 'ok') this.faults += 1;
      return fate;
    });
    const engine = createEngine({
      ...this.desk(),
      transports: this.transports,
      storage: line.storage,
      clock: this.clock,
      ids: this.#ids,
    });
    return { engine, line };
  }

  /** Promises 3 and 6 at the moment when they count: as a message leaves. */
  async #witness({ delivery, message }: Parameters<SendResponder>[0], now: number): Promise<void> {
    const { conversationId, expiresAt } = delivery;
    const conversation = await this.storage.conversation({ tenant: TENANT, conversationId });
    if (conversation === null) throw new Error(`a message of ${conversationId}, which does not exist`);
    const wrong = (what: string): void => void this.violations.push(`${message.type} ${message.id} ${what}`);
    if (conversation.owner === 'human' && message.type !== SPOKEN_BY_PEOPLE) wrong('was sent over a person');
    if (expiresAt !== null && now > expiresAt) wrong('was sent after its expiry');
    if (message.type === 'reminder') {
      if (conversation.status === 'closed') wrong('was sent after the resolution');
      if (conversation.lastInboundAt > message.createdAt) wrong('was sent after the answer');
    }
    const feed = await this.readFeed();
    this.sent.push({ messageId: message.id, conversationId, feedSeq: feed.at(-1)?.seq ?? 0 });
  }
}
