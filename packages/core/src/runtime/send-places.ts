import type { EngineContext } from './context';
import { announce } from './wakeups';

/**
 * Who is being sent to in this process. One endpoint gets `policy.delivery.perEndpoint` places at most; lanes that find
 * them taken are set aside, and called in as places become free.
 */
export class SendPlaces {
  readonly #context: EngineContext;
  /** Sends under way, by endpoint. */
  readonly #taken = new Map<string, number>();
  /** Endpoints whose lanes were set aside by this process. */
  readonly #aside = new Set<string>();

  constructor(context: EngineContext) {
    this.#context = context;
  }

  free(key: string): number {
    return this.#context.policy.delivery.perEndpoint - (this.#taken.get(key) ?? 0);
  }

  take(key: string): void {
    this.#taken.set(key, (this.#taken.get(key) ?? 0) + 1);
  }

  leave(key: string): void {
    const left = (this.#taken.get(key) ?? 0) - 1;
    if (left > 0) this.#taken.set(key, left);
    else this.#taken.delete(key);
  }

  /** What lanes of an endpoint wait for while all its places are taken. */
  setAside(key: string): string {
    this.#aside.add(key);
    return placesOf(key);
  }

  /** Calls as many in as there are places. A call that is lost costs the time until the lane comes due by itself. */
  async callIn(): Promise<void> {
    for (const key of [...this.#aside]) {
      const free = this.free(key);
      if (free > 0 && (await this.#call(key, free)) < free) this.#aside.delete(key);
    }
  }

  /** Leaves nothing aside that another process could do now. */
  async close(): Promise<void> {
    let called = 0;
    for (const key of this.#aside) called += await this.#call(key, Number.MAX_SAFE_INTEGER);
    this.#aside.clear();
    if (called > 0) announce(this.#context.wakeups, { deliver: this.#context.clock.now() });
  }

  async #call(key: string, limit: number): Promise<number> {
    const { storage, tenant, clock, wakeups } = this.#context;
    const now = clock.now();
    const called = await storage.wake({ tenant, now, waitsFor: placesOf(key), limit });
    if (called > 0) wakeups.wake('deliver', now);
    return called;
  }
}

function placesOf(key: string): string {
  return `places of ${key}`;
}
