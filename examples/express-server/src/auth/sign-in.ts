import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Clock, RateLimitRequest } from '@firstline/core';
import { Problem } from '../problem';
import { FailedAttempts } from './failed-attempts';
import type { Operator } from './role';

const WINDOW_MS = 15 * 60_000;
/** More than a person mistypes, far less than guessing a password of eight letters takes. */
const FAILURES_PER_SOURCE = 10;
/** Twice as many, so that one source alone cannot lock an operator out for everybody. */
const FAILURES_PER_OPERATOR = 20;

export interface SignInAttempt {
  readonly operatorId: string;
  readonly password: string;
  /** The caller's address. */
  readonly source: string;
}

/** The operators and their passwords. An operator nobody knows is refused like a known one with a wrong password. */
export class SignIn {
  readonly #clock: Clock;
  readonly #failures = new FailedAttempts();
  readonly #operators = new Map<string, { readonly operator: Operator; readonly digest: Buffer }>();
  // Digests of one length, under a key of this process, can be compared in constant time.
  readonly #key = randomBytes(32);
  readonly #nobody = randomBytes(32);

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(operator: Operator, password: string): void {
    this.#operators.set(operator.id, { operator, digest: this.#digest(password) });
  }

  /** @throws Problem `unauthorized`; `rate_limited` after too many failures, also for the right password */
  check({ operatorId, password, source }: SignInAttempt): Operator {
    const now = this.#clock.now();
    const limits = limitsOf(operatorId, source);
    const retryAfterMs = this.#failures.wait(limits, now);
    if (retryAfterMs > 0) {
      throw new Problem('rate_limited', 'too many failed attempts; try again later', { retryAfterMs });
    }
    // Nothing is awaited between looking and counting, so attempts side by side cannot slip through.
    const known = this.#operators.get(operatorId);
    const same = timingSafeEqual(this.#digest(password), known?.digest ?? this.#nobody);
    if (same && known !== undefined) return known.operator;
    this.#failures.count(limits, now);
    throw new Problem('unauthorized', 'the operator or the password is wrong');
  }

  #digest(password: string): Buffer {
    return createHmac('sha256', this.#key).update(password).digest();
  }
}

function limitsOf(operatorId: string, source: string): readonly RateLimitRequest[] {
  return [
    { key: `source:${source}`, limit: FAILURES_PER_SOURCE, windowMs: WINDOW_MS },
    { key: `operator:${operatorId}`, limit: FAILURES_PER_OPERATOR, windowMs: WINDOW_MS },
  ];
}
