import type { Logger } from '@firstline/core';

/**
 * Whether wake-ups can be handed over to Redis. Until the first one was accepted they cannot; somebody is told once when
 * that ends, and once when it is possible again.
 */
export class RedisLink {
  logger: Logger | null;
  readonly #onChange: () => void;
  #isUp = false;
  #isToldAway = false;

  constructor(logger: Logger | null, onChange: () => void) {
    this.logger = logger;
    this.#onChange = onChange;
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  up(): void {
    if (this.#isUp) return;
    this.#isUp = true;
    if (this.#isToldAway) this.logger?.info({}, 'redis is back, wake-ups are shared again');
    this.#isToldAway = false;
    this.#onChange();
  }

  away(reason: string): void {
    const wasUp = this.#isUp;
    this.#isUp = false;
    if (!this.#isToldAway) this.logger?.warn({ reason }, 'redis is away, each process looks by itself');
    this.#isToldAway = true;
    if (wasUp) this.#onChange();
  }
}
