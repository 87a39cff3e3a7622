import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { type Clock, systemClock } from '@firstline/core';
import { type BotApiFault, botApiFaults, RefusedCall } from './bot-api-faults';
import { FakeBot, type FakeBotOptions } from './fake-bot';
import type { Json } from './json';

export interface FakeBotApiOptions {
  /** What polls, pauses between pushes and times of messages go by. Default: the real time. */
  readonly clock?: Clock;
}

/** Starts a Bot API on a free port of loopback. Close it at the end of the test. */
export async function fakeBotApi({ clock = systemClock() }: FakeBotApiOptions = {}): Promise<FakeBotApi> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return new FakeBotApi(server, clock);
}

/**
 * Telegram's Bot API without Telegram, for tests: reached as a bot reaches the real one, through `apiRoot`. It answers
 * in the words of the real server, keeps updates until they are confirmed, pushes them to webhooks, and fails as told.
 */
export class FakeBotApi {
  /** For `telegramTransport({ apiRoot })`. */
  readonly apiRoot: string;
  readonly #server: Server;
  readonly #clock: Clock;
  readonly #bots = new Map<string, FakeBot>();
  #nextBotId = 7_000_001;

  /** Use {@link fakeBotApi}. */
  constructor(server: Server, clock: Clock) {
    this.#server = server;
    this.#clock = clock;
    this.apiRoot = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('request', (req, res) => void this.#serve(req, res));
  }

  /** A bot that may call; calls with any other token are refused as the real server does. */
  addBot(options: Partial<FakeBotOptions> = {}): FakeBot {
    const id = this.#nextBotId++;
    const { token = `${id}:AAF-${String(id).padStart(31, 'x')}`, username = 'firstline_test_bot' } = options;
    const bot = new FakeBot({ token, username }, this.#clock);
    this.#bots.set(token, bot);
    return bot;
  }

  /** Ends every connection and push. */
  async close(): Promise<void> {
    for (const bot of this.#bots.values()) bot.close();
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  async #serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const url = new URL(req.url ?? '/', this.apiRoot);
    const { token, method, owner, path } = ADDRESS.exec(decodeURIComponent(url.pathname))?.groups ?? {};
    const bot = this.#bots.get(token ?? owner ?? '');
    if (path !== undefined) return sendFile(res, bot?.fileAt(path) ?? null);
    if (method === undefined) return refuse(res, botApiFaults.notFound());
    if (bot === undefined) return refuse(res, botApiFaults.unauthorized());

    const gone = new AbortController();
    res.on('close', () => gone.abort());
    const parameters = await parametersOf(req, url).catch(() => null);
    if (parameters === null) return refuse(res, BAD_JSON);
    const fault = bot.accept(method, parameters);
    if (fault?.kind === 'refuses') return refuse(res, fault);
    try {
      const result = fault?.carriedOut === false ? null : await bot.perform(method, parameters, gone.signal);
      if (fault === null) return answer(res, 200, { ok: true, result });
      return fail(req, res, fault);
    } catch (error) {
      if (error instanceof RefusedCall) return refuse(res, error.fault);
      throw error;
    }
  }
}

const BAD_JSON = { kind: 'refuses', status: 400, description: "Bad Request: can't parse request JSON object" } as const;

const ADDRESS = /^\/(?:bot(?<token>[^/]+)\/(?<method>\w+)|file\/bot(?<owner>[^/]+)\/(?<path>.+))$/;

function answer(res: ServerResponse, status: number, body: Json, headers: Record<string, string> = {}): void {
  res.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

function refuse(
  res: ServerResponse,
  { status, description, parameters }: Extract<BotApiFault, { kind: 'refuses' }>,
): void {
  const retryAfter = parameters?.retry_after;
  const headers: Record<string, string> = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) };
  const more = parameters === undefined ? {} : { parameters };
  answer(res, status, { ok: false, error_code: status, description, ...more }, headers);
}

function fail(req: IncomingMessage, res: ServerResponse, fault: Exclude<BotApiFault, { kind: 'refuses' }>): void {
  switch (fault.kind) {
    case 'page':
      res.writeHead(fault.status, { 'content-type': 'text/html' }).end('<html><center>nginx</center></html>');
      return;
    case 'resets':
      req.socket.resetAndDestroy();
      return;
    case 'breaks-off':
      res.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' });
      res.write('{"ok":true,"resu', () => req.socket.destroy());
      return;
    case 'hangs':
      return;
  }
}

function sendFile(res: ServerResponse, content: Uint8Array | null): void {
  if (content === null) refuse(res, botApiFaults.notFound());
  else res.writeHead(200, { 'content-type': 'application/octet-stream' }).end(content);
}

/** From the query, a form or JSON, as the real server takes them; JSON within a form is read too. */
async function parametersOf(req: IncomingMessage, url: URL): Promise<Json> {
  const body = await text(req);
  const type = req.headers['content-type'] ?? '';
  const query = Object.fromEntries(url.searchParams);
  if (type.startsWith('application/json')) return { ...query, ...(JSON.parse(body || '{}') as Json) };
  const form = type.startsWith('application/x-www-form-urlencoded')
    ? Object.fromEntries(new URLSearchParams(body))
    : {};
  return Object.fromEntries(Object.entries({ ...query, ...form }).map(([name, value]) => [name, structured(value)]));
}

function structured(value: string): unknown {
  if (!/^[[{]/.test(value)) return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}
