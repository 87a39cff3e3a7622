import { TUNING } from './tuning';

/** More would be an attack rather than an hour; the longest silent are forgotten first. */
const MOST = 50_000;

/** Who wrote within the hour, about whatever: a conversation is one sign of how busy it is, not one for each message. */
export class RecentClients {
  readonly #minutes = new Map<string, number>();

  /** Whether the client counts, not having written for an hour. */
  take(clientId: string, minute: number): boolean {
    const before = this.#minutes.get(clientId);
    // Put at the end: the map stays in the order of the last message.
    if (before !== undefined) this.#minutes.delete(clientId);
    this.#minutes.set(clientId, minute);
    return before === undefined || minute - before >= TUNING.silence;
  }

  purge(minute: number): void {
    for (const [clientId, at] of this.#minutes) {
      if (minute - at < TUNING.silence && this.#minutes.size <= MOST) return;
      this.#minutes.delete(clientId);
    }
  }

  snapshot(): [string, number][] {
    return [...this.#minutes];
  }

  restore(minutes: readonly (readonly [string, number])[]): void {
    for (const [clientId, minute] of minutes) this.#minutes.set(clientId, minute);
  }
}
