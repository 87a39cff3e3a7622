import { FirstlineError } from '../errors';
import { type Duration, parseDuration } from '../model/duration';

export interface CircuitBreakerOptions {
  /** Failures in a row that open it. Default 5. */
  readonly failures?: number;
  /** Share of failures among the last 20 calls that opens it too, above 0 and up to 1. Default 0.5. */
  readonly failureShare?: number;
  /** How long it stays open before one call may try; doubled with every try that fails. Default `'30s'`. */
  readonly pause?: Duration;
  /** The longest pause, also where the provider asks for a longer one. Default `'5m'`. */
  readonly longestPause?: Duration;
}

export type CircuitState = 'closed' | 'open' | 'half-open';

/** Calls whose outcome is remembered for the share of failures. */
const REMEMBERED = 20;

/**
 * Keeps calls from a provider that is down (Nygard 2018, Release It!, "Circuit Breaker").
 *
 * - `closed`     every call may go. Leaves to `open` by failures in a row or by their share among the last 20 calls.
 * - `open`       no call goes until the pause is over; then the first who asks becomes the probe: `half-open`.
 * - `half-open`  one call is on its way, no other goes. Its success closes, its failure opens for twice the pause.
 *
 * The pauses double up to `longestPause`, so an hour of failure costs some fifteen calls, whatever the traffic. Pure:
 * `now` is epoch milliseconds of the caller's clock.
 */
export class CircuitBreaker {
  readonly #failures: number;
  readonly #failureShare: number;
  readonly #pauseMs: number;
  readonly #longestPauseMs: number;
  #state: CircuitState = 'closed';
  #inARow = 0;
  #outcomes: boolean[] = [];
  #nextPauseMs: number;
  #openUntil = 0;

  constructor(options: CircuitBreakerOptions = {}) {
    const { failures = 5, failureShare = 0.5, pause = '30s', longestPause = '5m' } = options;
    if (!Number.isInteger(failures) || failures < 1) throw invalid('failures', 'a whole number from 1');
    if (!(failureShare > 0 && failureShare <= 1)) throw invalid('failureShare', 'above 0 and at most 1');
    this.#failures = failures;
    this.#failureShare = failureShare;
    this.#pauseMs = duration('pause', pause);
    this.#longestPauseMs = Math.max(this.#pauseMs, duration('longestPause', longestPause));
    this.#nextPauseMs = this.#pauseMs;
  }

  get state(): CircuitState {
    return this.#state;
  }

  /** How long nothing will go, in milliseconds; 0: the next call may. */
  waitMs(now: number): number {
    if (this.#state === 'closed') return 0;
    // A probe on its way has no known end; the shortest pause is as good a guess as any.
    if (this.#state === 'half-open') return this.#pauseMs;
    // A clock that was set far back must not keep it open for longer than it was meant to be.
    return Math.min(Math.max(0, this.#openUntil - now), this.#longestPauseMs);
  }

  /** Asks to make a call: `false` means no. Whoever got another answer tells how it ended. */
  enter(now: number): 'call' | 'probe' | false {
    if (this.#state === 'closed') return 'call';
    if (this.#state === 'half-open' || this.waitMs(now) > 0) return false;
    this.#state = 'half-open';
    return 'probe';
  }

  succeeded(): void {
    this.#inARow = 0;
    if (this.#state === 'closed') this.#remember(true);
    // What was on its way when the circuit opened proves as much as a probe.
    else this.#close();
  }

  /** `retryAfterMs`: what the provider asked for; it is obeyed at once, up to the longest pause. */
  failed(now: number, retryAfterMs = 0): void {
    this.#inARow += 1;
    if (this.#state === 'open') return;
    if (this.#state === 'closed') this.#remember(false);
    const isDown = this.#state === 'half-open' || this.#isEnough();
    if (!isDown && retryAfterMs <= 0) return;
    const pauseMs = isDown ? Math.max(this.#nextPauseMs, retryAfterMs) : retryAfterMs;
    this.#openUntil = now + Math.min(pauseMs, this.#longestPauseMs);
    this.#state = 'open';
    if (isDown) this.#nextPauseMs = Math.min(this.#nextPauseMs * 2, this.#longestPauseMs);
  }

  #isEnough(): boolean {
    if (this.#inARow >= this.#failures) return true;
    const bad = this.#outcomes.filter((good) => !good).length;
    return this.#outcomes.length === REMEMBERED && bad >= this.#failureShare * REMEMBERED;
  }

  #remember(good: boolean): void {
    this.#outcomes = [...this.#outcomes, good].slice(-REMEMBERED);
  }

  #close(): void {
    this.#state = 'closed';
    this.#nextPauseMs = this.#pauseMs;
    this.#outcomes = [];
  }
}

function duration(name: string, value: Duration): number {
  const ms = parseDuration(value);
  if (ms === null || ms <= 0) throw invalid(name, 'a duration such as "30s"');
  return ms;
}

function invalid(name: string, expected: string): FirstlineError {
  return new FirstlineError('invalid_options', `breaker.${name}: expected ${expected}`, { path: `breaker.${name}` });
}
