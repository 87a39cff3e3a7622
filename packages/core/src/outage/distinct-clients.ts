import { TUNING } from './tuning';

/** More would be an attack rather than an hour of one topic; the longest silent are forgotten first. */
const MOST = 20_000;

interface Writer {
  at: number;
  messages: number;
}

/** Who wrote on one topic within the hour. Decisions count clients, never messages. */
export class DistinctClients {
  readonly #writers = new Map<string, Writer>();

  get size(): number {
    return this.#writers.size;
  }

  /** Whether the client counts, not having written for an hour. */
  take(clientId: string, minute: number, messages: number): boolean {
    const before = this.#writers.get(clientId);
    const counts = before === undefined || minute - before.at >= TUNING.silence;
    // Put at the end: the map stays in the order of the last message.
    if (before !== undefined) this.#writers.delete(clientId);
    this.#writers.set(clientId, { at: minute, messages: (counts ? 0 : before.messages) + messages });
    return counts;
  }

  has(clientId: string): boolean {
    return this.#writers.has(clientId);
  }

  /** Within the hour, on this topic. */
  messagesOf(clientId: string): number {
    return this.#writers.get(clientId)?.messages ?? 0;
  }

  purge(minute: number): void {
    if (this.#writers.size === 0) return;
    for (const [clientId, { at }] of this.#writers) {
      if (minute - at < TUNING.silence && this.#writers.size <= MOST) return;
      this.#writers.delete(clientId);
    }
  }

  snapshot(): [string, number, number][] {
    return [...this.#writers].map(([clientId, { at, messages }]) => [clientId, at, messages]);
  }

  restore(writers: readonly (readonly [string, number, number])[]): void {
    for (const [clientId, at, messages] of writers) this.#writers.set(clientId, { at, messages });
  }
}
