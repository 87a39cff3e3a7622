import { TelegramFault } from './telegram-fault';

/** Of these it is certain that no byte of the request left: nothing can have been carried out. */
const BEFORE_THE_REQUEST: readonly (readonly [RegExp, string])[] = [
  [/^ECONNREFUSED$/, 'connection_refused'],
  [/^(ENOTFOUND|EAI_.+|ENODATA|ESERVFAIL|ETIMEOUT|EREFUSED)$/, 'dns_error'],
  [/^UND_ERR_CONNECT_TIMEOUT$/, 'connect_timeout'],
  [/^(E(HOST|NET)(UNREACH|DOWN)|EADDRNOTAVAIL)$/, 'network_unreachable'],
  // Node reports OpenSSL's names of what is wrong with a certificate as they are.
  [/^(ERR_SSL_|ERR_TLS_|EPROTO$|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|CERT_|CRL_|HOSTNAME_MISMATCH$)/, 'tls_error'],
];

/** These end the first step as well as any later one; the system call tells which. */
const WHILE_CONNECTING: readonly (readonly [RegExp, string])[] = [[/^ETIMEDOUT$/, 'connect_timeout']];

const AFTERWARDS: readonly (readonly [RegExp, string])[] = [
  [/^(ECONNRESET|EPIPE|ECONNABORTED|UND_ERR_SOCKET)$/, 'connection_reset'],
  [/^(ETIMEDOUT|UND_ERR_(HEADERS|BODY)_TIMEOUT)$/, 'timeout'],
  [/^(HPE_.+|UND_ERR_HEADERS_OVERFLOW|UND_ERR_RES_.+)$/, 'bad_response'],
];

interface Cause {
  readonly code?: unknown;
  readonly syscall?: unknown;
  readonly cause?: unknown;
  readonly errors?: readonly unknown[];
}

/** What a rejection of `fetch` means, by the code of what caused it; its message names the URL and is not looked at. */
export function networkFault(error: unknown): TelegramFault {
  const { code, syscall } = rootOf(error);
  const text = typeof code === 'string' ? code : '';
  const early = syscall === 'connect' ? [...BEFORE_THE_REQUEST, ...WHILE_CONNECTING] : BEFORE_THE_REQUEST;
  for (const [pattern, name] of early) if (pattern.test(text)) return new TelegramFault({ code: name });
  for (const [pattern, name] of AFTERWARDS) {
    if (pattern.test(text)) return new TelegramFault({ code: name, maybeDone: true });
  }
  return new TelegramFault({ code: 'network_error', maybeDone: true });
}

/** The innermost cause that has a code; of several addresses that were tried, the first one's. */
function rootOf(error: unknown): Cause {
  let found: Cause = {};
  for (let at = error, depth = 0; typeof at === 'object' && at !== null && depth < 5; depth += 1) {
    const { code, cause, errors } = at as Cause;
    if (typeof code === 'string') found = at;
    at = cause ?? errors?.[0];
  }
  return found;
}
