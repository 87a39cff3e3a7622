import type { OutcomeClass, SendOutcome } from '@firstline/core';
import { DeadlineError } from './deadline';
import { ForbiddenAddressError } from './guarded-agent';
import { parseHttpDate } from './http-date';
import type { BodyEnd } from './response-body';
import { parseRetryAfter } from './retry-after';
import { SecretError } from './secrets';

export interface ResponseOutcomeParams {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Where it was sent to. */
  readonly url: URL;
  /** Epoch milliseconds of the attempt. */
  readonly now: number;
}

/** Shortest pause, in milliseconds, where the receiver may still be busy with the message. */
const BUSY_PAUSE_MS = 60_000;

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** The receiver read the message and will say the same to it for ever. */
const REFUSALS = new Set([400, 413, 414, 415, 422, 431]);

/** What an answer's status says, and what time it was there. Only 2xx is success, as Standard Webhooks wants it. */
export function responseOutcome(params: ResponseOutcomeParams): SendOutcome {
  const { date } = params.headers;
  const receiverClockAt = typeof date === 'string' ? parseHttpDate(date) : Number.NaN;
  const outcome = statusOutcome(params);
  return Number.isNaN(receiverClockAt) ? outcome : { ...outcome, receiverClockAt };
}

/** What of an accepted message is worth knowing: an answer that took half the time there is, or never came to its end. */
export function acceptedOutcome(outcome: SendOutcome, end: BodyEnd, tookMs: number, timeoutMs: number): SendOutcome {
  if (end === 'incomplete') return { ...outcome, code: 'body_incomplete' };
  if (tookMs < timeoutMs / 2) return outcome;
  return { ...outcome, code: 'slow', detail: `answered after ${Math.round(tookMs / 1_000)} s` };
}

function statusOutcome({ status, headers, url, now }: ResponseOutcomeParams): SendOutcome {
  if (status >= 200 && status < 300) return { class: 'ok', status };
  if (REDIRECTS.has(status)) return { class: 'config', code: 'redirect', status, detail: target(headers, url) };

  const failed = (outcome: OutcomeClass, retryAfterMs?: number): SendOutcome => ({
    class: outcome,
    code: `http_${status}`,
    status,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
  if (REFUSALS.has(status)) return failed('park');
  const retryAfterMs = parseRetryAfter(headers['retry-after'], now);
  switch (status) {
    case 408:
    case 425:
      return failed('retry');
    case 409: // an earlier attempt of the same id is under way there
      return failed('retry', BUSY_PAUSE_MS);
    case 410:
      return failed('off');
    case 429:
      return failed('cool', retryAfterMs);
    case 502: // whatever stands in front of the receiver cannot reach it, and hurrying would not help it back
    case 504:
      return failed('retry', Math.max(BUSY_PAUSE_MS, retryAfterMs ?? 0));
    case 503:
      return failed('retry', retryAfterMs);
  }
  return failed(status < 500 ? 'config' : 'retry');
}

/** What a failure before the answer's headers says; `host` is only shown to people. */
export function errorOutcome(error: unknown, host: string): SendOutcome {
  if (error instanceof ForbiddenAddressError) {
    return { class: 'park', code: 'ssrf_blocked', detail: `${host} leads to an internal address` };
  }
  if (error instanceof SecretError) return { class: error.outcome, code: error.code };
  // The receiver may have got it and be working on it.
  if (error instanceof DeadlineError) return { class: 'retry', code: 'timeout', retryAfterMs: BUSY_PAUSE_MS };

  const cause = causeCode(error);
  const detail = `${host}: ${cause}`;
  if (cause === 'UND_ERR_HEADERS_TIMEOUT') {
    return { class: 'retry', code: 'timeout', retryAfterMs: BUSY_PAUSE_MS, detail };
  }
  for (const [pattern, outcome, code] of FAULTS) if (pattern.test(cause)) return { class: outcome, code, detail };
  return { class: 'retry', code: 'network_error', detail };
}

const FAULTS: readonly (readonly [RegExp, OutcomeClass, string])[] = [
  [/^ECONNREFUSED$/, 'retry', 'connection_refused'],
  [/^(ECONNRESET|EPIPE|ECONNABORTED|UND_ERR_SOCKET)$/, 'retry', 'connection_reset'],
  [/^(UND_ERR_CONNECT_TIMEOUT|ETIMEDOUT|ERR_SOCKET_CONNECTION_TIMEOUT)$/, 'retry', 'connect_timeout'],
  [/^(E(HOST|NET)(UNREACH|DOWN)|EADDRNOTAVAIL)$/, 'retry', 'network_unreachable'],
  [/^(ENOTFOUND|EAI_.+|ENODATA|EFORMERR|ESERVFAIL|ENOTIMP|EREFUSED|EBADRESP|ETIMEOUT)$/, 'retry', 'dns_error'],
  // Node reports OpenSSL's names of what is wrong with a certificate as they are.
  [/^(ERR_SSL_|ERR_TLS_|EPROTO$|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|CERT_|CRL_|ERROR_IN_C)/, 'config', 'tls_error'],
  [/^(INVALID_(CA|PURPOSE)|PATH_LENGTH_EXCEEDED|HOSTNAME_MISMATCH)$/, 'config', 'tls_error'],
  [/^(HPE_.+|HTTPParserError|UND_ERR_HEADERS_OVERFLOW|UND_ERR_RES_.+)$/, 'config', 'bad_response'],
  [/^UND_ERR_(DESTROYED|CLOSED)$/, 'retry', 'stopped'],
];

/** The code of an error, never its message: undici's parser puts pieces of the answer there. */
function causeCode(error: unknown): string {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown };
  if (typeof code === 'string' && code !== '') return code;
  return typeof name === 'string' ? name : 'unknown';
}

/** Host only: the path and the query of a URL may hold secrets. */
function target(headers: ResponseOutcomeParams['headers'], url: URL): string {
  const location = headers['location'];
  if (typeof location !== 'string' || !URL.canParse(location, url.href)) return 'redirects are not followed';
  const { host, protocol } = new URL(location, url);
  return `redirects to ${protocol}//${host} are not followed; store the final URL`;
}
