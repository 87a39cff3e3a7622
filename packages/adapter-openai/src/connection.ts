import { FirstlineError } from '@firstline/core';
import { OpenAI } from 'openai';

/** Who is asked, and for how long. Either `client`, or `apiKey` and `baseURL`. */
export interface ConnectionOptions {
  /** Required unless there is a `baseURL` whose server wants no key. */
  readonly apiKey?: string;
  /** Any server that speaks the API, for example `http://localhost:11434/v1`. Default `https://api.openai.com/v1`. */
  readonly baseURL?: string;
  /**
   * A client of yours, for Azure, an organization or a proxy. Its retries are switched off for the calls made here; what
   * it logs is yours to decide: at the level `debug` it logs whole requests.
   */
  readonly client?: OpenAI;
  /** Longest time of one call, the answer's body included, in milliseconds, 100 to 600 000. Default 10 000. */
  readonly timeoutMs?: number;
}

export interface Connection {
  readonly client: OpenAI;
  readonly timeoutMs: number;
  /** Asked at OpenAI itself, so that what its models offer may be expected. */
  readonly isOfficial: boolean;
}

const OFFICIAL = 'https://api.openai.com/v1';
const DEFAULT_TIMEOUT_MS = 10_000;
const MIN_TIMEOUT_MS = 100;
const MAX_TIMEOUT_MS = 600_000;

/** Throws `invalid_options`. Nothing is read from the environment, and no key is ever shown. */
export function connectionOf(options: ConnectionOptions, owner: string): Connection {
  const invalid = (path: string, problem: string): FirstlineError =>
    new FirstlineError('invalid_options', `${owner}: ${path} ${problem}`, { path });
  const { apiKey, baseURL, client, timeoutMs = DEFAULT_TIMEOUT_MS } = options;
  if (!Number.isInteger(timeoutMs) || timeoutMs < MIN_TIMEOUT_MS || timeoutMs > MAX_TIMEOUT_MS) {
    throw invalid('timeoutMs', `must be an integer from ${MIN_TIMEOUT_MS} to ${MAX_TIMEOUT_MS} (milliseconds)`);
  }
  if (client !== undefined) {
    if (apiKey !== undefined || baseURL !== undefined) throw invalid('client', 'excludes apiKey and baseURL');
    if (typeof client?.chat?.completions?.create !== 'function') throw invalid('client', 'must be a client of openai');
    return { client, timeoutMs, isOfficial: false };
  }
  if (apiKey === undefined && baseURL === undefined) throw invalid('apiKey', 'is missing');
  // What does not fit into a header would come back in the error of whoever builds the request.
  if (apiKey !== undefined && !(typeof apiKey === 'string' && /^[\x21-\x7e]{1,4096}$/.test(apiKey))) {
    throw invalid('apiKey', 'must be printable characters without blanks');
  }
  if (baseURL !== undefined && !isAddress(baseURL))
    throw invalid('baseURL', 'must be an http or https URL without a password');
  return {
    client: clientOf(apiKey ?? 'none', baseURL ?? OFFICIAL, timeoutMs),
    timeoutMs,
    isOfficial: baseURL === undefined,
  };
}

/** Every member that the SDK would otherwise read from the environment is given. */
function clientOf(apiKey: string, baseURL: string, timeoutMs: number): OpenAI {
  return new OpenAI({
    apiKey,
    baseURL,
    organization: null,
    project: null,
    webhookSecret: null,
    timeout: timeoutMs,
    maxRetries: 0,
    logLevel: 'off',
  });
}

function isAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return (protocol === 'http:' || protocol === 'https:') && username === '' && password === '';
}
