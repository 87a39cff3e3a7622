/**
 * Every failure Firstline reports carries one of these codes; they are part of the public API and only ever grow.
 *
 * - `invalid_options`      an option of `createEngine` or of an adapter; the message names it
 * - `invalid_scenarios`    `defineScenarios` found faults; `issues` lists all of them
 * - `invalid_input`        what the caller passed to a method; `path` names the field
 * - `invalid_channel`      a channel no transport can send to (unknown transport, malformed or forbidden address)
 * - `idempotency_key_reused`  the key was claimed before by a message with another content
 * - `rate_limited`         too many messages; `retryAfterMs` says when to come back
 * - `not_found`            no such conversation, message, ticket or delivery in this tenant
 * - `conflict`             the record changed meanwhile, or its state does not allow the step asked for
 * - `storage_unavailable`  the storage could not be reached or written; nothing was stored and the same call may be repeated
 * - `schema_too_new`       the database was migrated by a newer Firstline; upgrade the package
 * - `classifier_failed`    a classifier threw or ran out of time (never seen by `receive`, which falls back)
 * - `model_failed`         a language model gave no answer; `retryable` says whether the same call may get one later
 * - `stopped`              the engine or the adapter has been stopped or closed
 * - `internal`             a broken promise inside Firstline or an adapter; please report it
 */
export type FirstlineErrorCode =
  | 'invalid_options'
  | 'invalid_scenarios'
  | 'invalid_input'
  | 'invalid_channel'
  | 'idempotency_key_reused'
  | 'rate_limited'
  | 'not_found'
  | 'conflict'
  | 'storage_unavailable'
  | 'schema_too_new'
  | 'classifier_failed'
  | 'model_failed'
  | 'stopped'
  | 'internal';

/**
 * The HTTP status that each code would be. A caller of a route cannot mend what is wrong with the set-up behind it, so that is
 * a 500; 503 is what the same request may succeed with later.
 */
export const HTTP_STATUS: Readonly<Record<FirstlineErrorCode, number>> = Object.freeze({
  invalid_input: 400,
  not_found: 404,
  conflict: 409,
  invalid_channel: 422,
  idempotency_key_reused: 422,
  rate_limited: 429,
  invalid_options: 500,
  invalid_scenarios: 500,
  classifier_failed: 500,
  model_failed: 500,
  internal: 500,
  storage_unavailable: 503,
  schema_too_new: 503,
  stopped: 503,
});

/** One fault among several found together, for example in `defineScenarios`. */
export interface FirstlineIssue {
  /** Where it is, for example `scenarios[2].reply.en`. */
  readonly path: string;
  /** What is wrong and what to change. */
  readonly message: string;
}

export interface FirstlineErrorDetails {
  /** The option or field at fault, for example `policy.reminders[1]` or `channel.address.url`. */
  readonly path?: string;
  /** For `rate_limited` and `storage_unavailable`: milliseconds after which a repeat may succeed. */
  readonly retryAfterMs?: number;
  /** For `model_failed`: the same call may succeed later. Default false. */
  readonly retryable?: boolean;
  readonly issues?: readonly FirstlineIssue[];
  readonly cause?: unknown;
}

// A registered symbol survives two copies of the package in one process, which `instanceof` does not.
const MARK = Symbol.for('firstline.error');

/** The one error class of Firstline and its adapters. Messages never contain customers' texts, secrets or tokens. */
export class FirstlineError extends Error {
  override readonly name = 'FirstlineError';
  readonly code: FirstlineErrorCode;
  /**
   * The HTTP status it would be, by {@link HTTP_STATUS}: what Express, Fastify and Koa answer with where a route lets the error
   * through. Behind a status below 500 the message is for the caller; behind others it is for whoever runs the server.
   */
  readonly status: number;
  readonly path: string | undefined;
  readonly retryAfterMs: number | undefined;
  readonly retryable: boolean;
  readonly issues: readonly FirstlineIssue[];
  readonly [MARK] = true;

  constructor(code: FirstlineErrorCode, message: string, details: FirstlineErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.status = HTTP_STATUS[code];
    this.path = details.path;
    this.retryAfterMs = details.retryAfterMs;
    this.retryable = details.retryable ?? false;
    this.issues = details.issues ?? [];
  }
}

/** Tells whether `error` is a {@link FirstlineError}, also one thrown by another copy of the package. */
export function isFirstlineError(error: unknown): error is FirstlineError {
  return typeof error === 'object' && error !== null && (error as { [MARK]?: unknown })[MARK] === true;
}

/** Builds the one error that lists all faults, one per line. */
export function issuesError(
  code: FirstlineErrorCode,
  title: string,
  issues: readonly FirstlineIssue[],
): FirstlineError {
  const lines = issues.map((issue) => `  - ${issue.path}: ${issue.message}`);
  const first = issues[0];
  return new FirstlineError(code, `${title}\n${lines.join('\n')}`, {
    issues,
    ...(first === undefined ? {} : { path: first.path }),
  });
}
