import type { Clock, StorageSignal, WorkKind } from '@firstline/core';
import { type Due, payloadsOf } from './signal-payload';

/**
 * Between two notifications of one process. The first of a burst goes at once; what comes until the next may go is sent as
 * one. So a process notifies at most a hundred times a second, however much it commits.
 */
const SPACING_MS = 10;

/** Merges signals, and sends them one after the other, beside the commits and after them. */
export class SignalSender {
  readonly #from: string;
  readonly #clock: Clock;
  readonly #notify: (payloads: readonly string[]) => Promise<unknown>;
  readonly #closing = new AbortController();
  #pending = new Map<string, Due>();
  #sending: Promise<void> | null = null;

  constructor(from: string, clock: Clock, notify: (payloads: readonly string[]) => Promise<unknown>) {
    this.#from = from;
    this.#clock = clock;
    this.#notify = notify;
  }

  send({ tenant, due }: StorageSignal): void {
    if (this.#closing.signal.aborted) return;
    const merged = this.#pending.get(tenant) ?? {};
    for (const [kind, at] of Object.entries(due) as [WorkKind, number][]) {
      merged[kind] = Math.min(merged[kind] ?? at, at);
    }
    this.#pending.set(tenant, merged);
    this.#sending ??= this.#sendAll();
  }

  /** Sends what is left, without a pause. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#sending;
  }

  /** Never rejects: a signal that could not be sent costs the others a sweep. */
  async #sendAll(): Promise<void> {
    // What is announced in the same breath goes together.
    await Promise.resolve();
    while (this.#pending.size > 0) {
      const payloads = payloadsOf(this.#from, this.#pending);
      this.#pending = new Map();
      await this.#notify(payloads).catch(() => undefined);
      await this.#clock.sleep(SPACING_MS, this.#closing.signal);
    }
    this.#sending = null;
  }
}
