import { lookup as systemLookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { Agent, buildConnector } from 'undici';
import type { AddressGuard } from './address-guard';

/** Longest wait for a connection including DNS and TLS, in milliseconds. */
const CONNECT_TIMEOUT_MS = 5_000;

/** Longest life of an idle connection, in milliseconds, whatever the receiver offers; then names are resolved anew. */
const MAX_IDLE_MS = 60_000;

const MAX_HEADER_BYTES = 16 * 1024;

/** Nothing was sent, since the address is not one to send to. */
export class ForbiddenAddressError extends Error {
  override readonly name = 'ForbiddenAddressError';
  // undici keeps a request waiting for the next connection after its own two socket codes; this must not be one of them.
  readonly code = 'ERR_FORBIDDEN_ADDRESS';

  constructor() {
    super('the address is not one to send to');
  }
}

export interface GuardedAgentOptions {
  readonly guard: AddressGuard;
  readonly lookup: LookupFunction | undefined;
  readonly timeoutMs: number;
}

/**
 * An agent that asks `guard` about the very addresses it is about to connect to. What a name resolved to earlier does
 * not count, so a name that changes its mind between the check and the connection gains nothing. Node does not look up
 * IP literals, so those are judged before it.
 */
export function createGuardedAgent({ guard, lookup = systemLookup, timeoutMs }: GuardedAgentOptions): Agent {
  const connect = buildConnector({
    timeout: Math.min(CONNECT_TIMEOUT_MS, timeoutMs),
    lookup: guardedLookup(guard, lookup),
    // Said aloud, so that NODE_TLS_REJECT_UNAUTHORIZED=0 in the host's environment does not reach here.
    rejectUnauthorized: true,
  });
  return new Agent({
    connect: (options, callback) => {
      if (!guard.refusesHost(options.hostname)) return connect(options, callback);
      queueMicrotask(() => callback(new ForbiddenAddressError(), null));
    },
    keepAliveMaxTimeout: MAX_IDLE_MS,
    maxHeaderSize: MAX_HEADER_BYTES,
  });
}

/** Resolves by `lookup` and fails if any one of the answers is forbidden: which of them is tried is not ours to say. */
export function guardedLookup(guard: AddressGuard, lookup: LookupFunction): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, answer) => {
      if (error) return callback(error, []);
      // Not every lookup that a host brings along knows `all`.
      const addresses = Array.isArray(answer) ? answer.map(({ address }) => address) : [answer];
      const answers = addresses.map((address) => ({ address, family: isIP(address) }));
      const [first] = answers;
      if (first === undefined || answers.some(({ family }) => family === 0)) return callback(notFound(), []);
      if (answers.some(({ address }) => guard.refusesAnswer(hostname, address))) {
        return callback(new ForbiddenAddressError(), []);
      }
      if (options.all === true) return callback(null, answers);
      callback(null, first.address, first.family);
    });
  };
}

function notFound(): NodeJS.ErrnoException {
  return Object.assign(new Error('the name has no usable address'), { code: 'ENOTFOUND' });
}
