import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { onTestFinished } from 'vitest';

export interface Asked {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: {
    readonly model: string;
    readonly messages: readonly { readonly role: string; readonly content: string }[];
    readonly response_format: { readonly type: string; readonly json_schema?: { readonly strict: boolean } };
    readonly [member: string]: unknown;
  };
}

export type Reply = (response: ServerResponse, asked: Asked) => void;

export interface FakeOpenAI {
  readonly baseURL: string;
  readonly asked: readonly Asked[];
  /** Answers the requests to come; the last one stays. */
  reply(...replies: Reply[]): void;
  /** Resolves when the next request was read. */
  nextRequest(): Promise<void>;
  /** Resolves when a connection was closed by the other side. */
  nextClose(): Promise<void>;
}

/** A server on loopback that speaks as much of the API as is asked for, and ends with its test. */
export async function fakeOpenAI(...first: Reply[]): Promise<FakeOpenAI> {
  const asked: Asked[] = [];
  let replies = first;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as Asked['body'];
      const one: Asked = { path: request.url ?? '', authorization: request.headers.authorization, body };
      asked.push(one);
      const reply = replies.length > 1 ? replies.shift() : replies[0];
      server.emit('asked');
      reply?.(response, one);
    });
  });
  const open = new Set<Socket>();
  server.on('connection', (socket) => {
    open.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      open.delete(socket);
      server.emit('gone');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    const closed = once(server, 'close');
    server.close();
    for (const socket of open) socket.destroy();
    await closed;
  });
  const { port } = server.address() as AddressInfo;
  return {
    baseURL: `http://127.0.0.1:${port}/v1`,
    asked,
    reply: (...next) => void (replies = next),
    nextRequest: async () => void (await once(server, 'asked')),
    nextClose: async () => void (await once(server, 'gone')),
  };
}

export function json(status: number, body: unknown, headers: Record<string, string> = {}): Reply {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  };
}

/** An error as the API writes it. */
export function refuse(status: number, error: Record<string, unknown>, headers: Record<string, string> = {}): Reply {
  return json(
    status,
    { error: { message: 'refused', type: 'invalid_request_error', param: null, code: null, ...error } },
    headers,
  );
}

interface Said {
  readonly finish?: string;
  readonly refusal?: string;
  readonly logprobs?: unknown;
}

/** A chat completion with this content. */
export function complete(content: string | null, { finish = 'stop', refusal, logprobs }: Said = {}): Reply {
  return json(200, {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1_767_603_600,
    model: 'gpt-4o-mini',
    choices: [
      {
        index: 0,
        finish_reason: finish,
        message: { role: 'assistant', content, refusal: refusal ?? null },
        logprobs: logprobs === undefined ? null : { content: logprobs, refusal: null },
      },
    ],
    usage: {
      prompt_tokens: 420,
      completion_tokens: 30,
      total_tokens: 450,
      prompt_tokens_details: { cached_tokens: 256 },
    },
  });
}

export function label(scenario: string, said: Said = {}): Reply {
  return complete(JSON.stringify({ scenario, confidence: 0.8, reasoning: 'It is about that.' }), said);
}

export const hang: Reply = () => undefined;

/** Headers and the beginning of a body, and then nothing more. */
export const hangInBody: Reply = (response) => {
  response.writeHead(200, { 'content-type': 'application/json' }).write('{"id":"chatcmpl-1","choi');
};
