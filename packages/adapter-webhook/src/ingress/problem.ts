import { STATUS_CODES } from 'node:http';
import { type FirstlineErrorCode, isFirstlineError } from '@firstline/core';

export type ProblemCode =
  | FirstlineErrorCode
  | 'unauthorized'
  | 'method_not_allowed'
  | 'request_timeout'
  | 'payload_too_large'
  | 'unsupported_media_type';

/**
 * Senders take 400 and 422 for the end of a message, 401 for a set-up that somebody will mend, and repeat after 429 and 5xx;
 * so what could be right at the next attempt must not be among the first.
 */
const STATUS: Partial<Record<ProblemCode, number>> = {
  invalid_input: 400,
  unauthorized: 401,
  method_not_allowed: 405,
  request_timeout: 408,
  payload_too_large: 413,
  unsupported_media_type: 415,
  invalid_channel: 422,
  idempotency_key_reused: 422,
  rate_limited: 429,
  storage_unavailable: 503,
  schema_too_new: 503,
  stopped: 503,
};

/** For 429 and 503 where nobody knows better, in milliseconds. */
const COME_BACK_MS = 5_000;

const HEADERS: Partial<Record<ProblemCode, Readonly<Record<string, string>>>> = {
  method_not_allowed: { allow: 'POST' },
  unauthorized: { 'www-authenticate': 'StandardWebhooks' },
};

/** A fault of the request, found before the engine was asked. `message` is told to the sender. */
export class IngressProblem extends Error {
  override readonly name = 'IngressProblem';
  readonly code: ProblemCode;

  constructor(code: ProblemCode, message: string) {
    super(message);
    this.code = code;
  }
}

export interface Answer {
  readonly response: Response;
  readonly code: ProblemCode;
  readonly status: number;
}

/** `application/problem+json` (RFC 9457) for whatever was thrown. What the sender cannot mend is told without detail. */
export function problemAnswer(error: unknown): Answer {
  const known = error instanceof IngressProblem || isFirstlineError(error);
  const code = known && STATUS[error.code] !== undefined ? error.code : 'internal';
  const status = STATUS[code] ?? 500;
  const detail = known && code !== 'internal' ? error.message : 'the message could not be taken';
  const path = known && 'path' in error && status < 500 ? error.path : undefined;
  const body = {
    type: 'about:blank',
    title: STATUS_CODES[status],
    status,
    detail,
    code,
    ...(path === undefined || path === '' ? {} : { path }),
  };
  const headers = new Headers({ 'content-type': 'application/problem+json', ...HEADERS[code] });
  if (status === 429 || status === 503) {
    const pauseMs = (known && 'retryAfterMs' in error ? error.retryAfterMs : undefined) ?? COME_BACK_MS;
    headers.set('retry-after', String(Math.max(1, Math.ceil(pauseMs / 1_000))));
  }
  return { response: new Response(JSON.stringify(body), { status, headers }), code, status };
}
