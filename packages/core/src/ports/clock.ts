/**
 * The only source of time. The engine reads no other clock, so that a month of conversations runs in a test in
 * milliseconds. Default: `systemClock()`. In tests: `ManualClock`.
 */
export interface Clock {
  /** Epoch milliseconds. May jump; nothing in the engine needs it to be monotonic. */
  now(): number;
  /**
   * Resolves when `ms` milliseconds have passed, or at once when `signal` is or becomes aborted. Never rejects. Must not
   * keep the process alive by itself.
   */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
