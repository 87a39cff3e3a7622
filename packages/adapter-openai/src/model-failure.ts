import { FirstlineError } from '@firstline/core';
import { isApiError } from './api-error';
import { DeadlineError } from './deadline';
import { retryAfterMs } from './retry-after';

/** Codes of the API that help whoever reads a log. Others may be anything, so they are left out. */
const KNOWN_CODES: readonly unknown[] = [
  'insufficient_quota',
  'rate_limit_exceeded',
  'invalid_api_key',
  'model_not_found',
  'context_length_exceeded',
  'unsupported_parameter',
  'unsupported_value',
  'server_error',
];
/** Request timeout, conflict of locks, too early, too many requests: what may pass by itself. As the SDK sees it. */
const PASSING = [408, 409, 425, 429];

/**
 * What went wrong, as the port wants it. Only status, known code and times are taken over: the server's message may quote
 * the key or the customer, and the SDK's error holds the whole answer, so it is no `cause` either.
 */
export function modelFailure(error: unknown, model: string): FirstlineError {
  const failed = (what: string, retryable: boolean, afterMs?: number): FirstlineError =>
    new FirstlineError('model_failed', `openai model "${model}" ${what}`, {
      retryable,
      ...(afterMs !== undefined && { retryAfterMs: afterMs }),
    });
  if (error instanceof DeadlineError) return failed('did not answer in time', true);
  if (!isApiError(error)) return failed('gave no readable answer', true);
  const { status } = error;
  if (status === undefined) return failed('could not be reached', true);
  const code = KNOWN_CODES.includes(error.code) ? ` (${String(error.code)})` : '';
  const headers = error.headers;
  const wish = headers?.get('x-should-retry');
  // No pause fills an empty account.
  const passing = error.code !== 'insufficient_quota' && (status >= 500 || PASSING.includes(status));
  const retryable = wish === 'true' || (wish !== 'false' && passing);
  return failed(`answered HTTP ${status}${code}`, retryable, retryable ? retryAfterMs(headers, Date.now()) : undefined);
}
