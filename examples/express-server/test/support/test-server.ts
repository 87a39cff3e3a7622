import { type Classifier, type EngineOptions, type Transport, UNKNOWN } from '@firstline/core';
import { webhookTransport } from '@firstline/adapter-webhook';
import { supportScenarios } from '@firstline/example-scenario-pack';
import { type Logger, pino } from 'pino';
import { newSigningSecret, readConfig } from '../../src/config';
import { type RunningServer, startServer } from '../../src/server';
import { PASSWORD, signIn } from './sign-in';

/** A body, seen without its type. */
export type Json = Record<string, any>; // eslint-disable-line @typescript-eslint/no-explicit-any

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Json;
}

export interface TestServer extends RunningServer {
  /** The header of the operator `admin`. */
  readonly admin: Readonly<Record<string, string>>;
  /** Any method, GET by default. Unless the headers say otherwise, whoever asks for what is closed is `admin`. */
  get(path: string, init?: RequestInit): Promise<Answer>;
  /** Sends JSON, or text and bytes as they are. */
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Answer>;
}

/** What clients and machines call, without a token. */
const OPEN = /^\/(api\/messages(\?|$)|api\/auth\/|health)/;

/**
 * The real server on a free port, its database in memory, its replies without pauses, nobody limited. Nothing is sent to
 * anywhere unless `transports` says so; `{}` are the server's own.
 */
export async function testServer(
  overrides: Partial<EngineOptions> = {},
  env: Record<string, string> = {},
  logger?: Logger,
): Promise<TestServer> {
  const config = readConfig({
    PORT: '0',
    DATABASE_URL: 'sqlite::memory:',
    LOG_LEVEL: 'silent',
    OPERATOR_PASSWORD: PASSWORD,
    ...env,
  });
  const server = await startServer(config, logger ?? pino({ level: config.logLevel }), {
    scenarios: supportScenarios.map((scenario) => ({ ...scenario, delay: 0 })),
    transports: { webhook: goesNowhere() },
    ...overrides,
    policy: {
      ...overrides.policy,
      receiving: { clientRateLimit: false, sourceRateLimit: false, ...overrides.policy?.receiving },
    },
  });
  const admin = await signIn(server.url, config.operatorPassword ?? '');
  const call = async (path: string, init: RequestInit = {}): Promise<Answer> => {
    const headers = new Headers(OPEN.test(path) ? {} : admin);
    for (const [name, value] of new Headers(init.headers)) headers.set(name, value);
    const response = await fetch(`${server.url}${path}`, { ...init, headers });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === '' ? {} : (JSON.parse(text) as Json) };
  };
  return {
    ...server,
    admin,
    get: call,
    post: (path, body, headers = {}) =>
      call(path, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', ...headers },
        body: typeof body === 'string' || body instanceof Uint8Array ? (body as BodyInit) : JSON.stringify(body),
      }),
  };
}

/** Is ready at once and recognises nothing: for tests in which what a message is about does not matter. */
export const recognisesNothing: Classifier = {
  classify: async () => ({
    scenario: UNKNOWN,
    confidence: 1,
    reasoning: 'it is not asked',
    source: 'local',
    alternatives: [],
  }),
};

/** Judges addresses as the server's own transport does, and sends nothing. */
export function goesNowhere(): Transport {
  const webhook = webhookTransport({ secret: newSigningSecret() });
  return {
    timeoutMs: webhook.timeoutMs,
    checkAddress: (address) => webhook.checkAddress(address),
    send: async () => ({ class: 'ok' }),
  };
}
