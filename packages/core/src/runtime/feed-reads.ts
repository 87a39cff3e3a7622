import type { FeedEvent } from '../model/event';
import type { Storage } from '../ports/storage';

const EVENTS_AT_ONCE = 200;

type Read = Promise<readonly FeedEvent[]>;

/**
 * Reads the feed for all who follow it in this process. Most of them stand at its end, and a commit wakes all of them: they
 * share one look, so that the storage is asked as often for a thousand followers as for one.
 */
export class FeedReads {
  readonly #storage: Storage;
  readonly #tenant: string;
  readonly #running = new Map<number, Read>();
  readonly #next = new Map<number, Read>();

  constructor(storage: Storage, tenant: string) {
    this.#storage = storage;
    this.#tenant = tenant;
  }

  /**
   * What comes behind `after`, by a look that begins now or later: one that is under way may be too early to see what its
   * caller was woken for, so the next one is waited for, by all who come meanwhile.
   */
  behind(after: number): Read {
    const waiting = this.#next.get(after);
    if (waiting !== undefined) return waiting;
    const running = this.#running.get(after);
    if (running === undefined) return this.#begin(after);
    const next = this.#afterwards(running, after);
    this.#next.set(after, next);
    return next;
  }

  async #afterwards(running: Read, after: number): Read {
    await running.catch(() => undefined);
    this.#next.delete(after);
    return this.#begin(after);
  }

  #begin(after: number): Read {
    const read = this.#read(after);
    this.#running.set(after, read);
    return read;
  }

  async #read(after: number): Read {
    try {
      return await this.#storage.events({ tenant: this.#tenant, after, limit: EVENTS_AT_ONCE });
    } finally {
      this.#running.delete(after);
    }
  }
}
