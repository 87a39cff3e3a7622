import type { Clock } from '@firstline/core';
import { botApiFaults, RefusedCall } from './bot-api-faults';
import type { Json } from './json';

export interface FakeUpdate extends Json {
  readonly update_id: number;
}

export interface AskForUpdates {
  readonly offset: number;
  readonly limit: number;
  readonly timeoutMs: number;
  /** The asker has gone. */
  readonly gone: AbortSignal;
}

/** Longest poll that the server allows, in milliseconds. */
const MAX_POLL_MS = 50_000;

interface Poll {
  end(refusal: RefusedCall | null): void;
}

/** What happened to a bot, kept until it says that it has received it, or a webhook did. */
export class UpdateQueue {
  readonly #clock: Clock;
  #pending: FakeUpdate[] = [];
  #nextId = 100_000_001;
  #poll: Poll | null = null;
  /** Told of every new update. */
  onPush: () => void = () => undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get pending(): readonly FakeUpdate[] {
    return this.#pending;
  }

  push(content: Json): number {
    const update = { update_id: this.#nextId, ...content };
    this.#nextId += 1;
    this.#pending.push(update);
    this.#poll?.end(null);
    this.onPush();
    return update.update_id;
  }

  remove(updateId: number): void {
    this.#pending = this.#pending.filter((update) => update.update_id !== updateId);
  }

  clear(): void {
    this.#pending = [];
  }

  /** Ends an open poll as the server does when a webhook is set. */
  endPoll(): void {
    this.#poll?.end(new RefusedCall(botApiFaults.webhookSet()));
  }

  /** `offset` says that everything before it was received; a negative one keeps so many of the newest. */
  async ask({ offset, limit, timeoutMs, gone }: AskForUpdates): Promise<readonly FakeUpdate[]> {
    if (offset < 0) this.#pending = this.#pending.slice(offset);
    else if (offset > 0) this.#pending = this.#pending.filter((update) => update.update_id >= offset);
    if (this.#pending.length === 0 && timeoutMs > 0) await this.#wait(Math.min(timeoutMs, MAX_POLL_MS), gone);
    return this.#pending.slice(0, limit);
  }

  /** One poll at a time waits: the newer one ends the older. */
  async #wait(ms: number, gone: AbortSignal): Promise<void> {
    this.#poll?.end(new RefusedCall(botApiFaults.conflict()));
    const over = new AbortController();
    let ended: RefusedCall | null = null;
    const poll: Poll = {
      end: (refusal) => {
        ended ??= refusal;
        over.abort();
      },
    };
    this.#poll = poll;
    const leave = (): void => over.abort();
    gone.addEventListener('abort', leave, { once: true });
    await this.#clock.sleep(ms, over.signal);
    gone.removeEventListener('abort', leave);
    if (this.#poll === poll) this.#poll = null;
    if (ended !== null) throw ended as RefusedCall;
  }
}
