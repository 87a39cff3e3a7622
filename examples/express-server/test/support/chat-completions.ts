import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** A scenario to answer with, or a status to refuse with. */
export type Reply = string | number;

export interface ChatCompletions {
  readonly baseURL: string;
  /** The bodies of all requests, in order of arrival. */
  readonly asked: readonly string[];
  readonly authorizations: readonly (string | undefined)[];
  /** What it answers from now on. */
  answer(reply: Reply): void;
  close(): void;
}

/** A provider on loopback that speaks as much of the chat completions API as classifying takes. */
export async function openChatCompletions(first: Reply): Promise<ChatCompletions> {
  const asked: string[] = [];
  const authorizations: (string | undefined)[] = [];
  let reply = first;
  const server = createServer((req, res) => {
    void text(req).then((body) => {
      asked.push(body);
      authorizations.push(req.headers.authorization);
      const known = req.method === 'POST' && req.url === '/v1/chat/completions';
      const status = known ? (typeof reply === 'number' ? reply : 200) : 404;
      // As real providers do, it quotes the key in what it refuses.
      const refusal = { error: { message: `refused ${req.headers.authorization}`, code: null, param: null } };
      res
        .writeHead(status, { 'Content-Type': 'application/json' })
        .end(JSON.stringify(status === 200 ? completion(String(reply)) : refusal));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    baseURL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    asked,
    authorizations,
    answer: (next) => {
      reply = next;
    },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function completion(scenario: string): unknown {
  const content = JSON.stringify({ scenario, confidence: 0.85, reasoning: 'It is about that.' });
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1_767_603_600,
    model: 'gpt-4o-mini',
    choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content, refusal: null } }],
    usage: { prompt_tokens: 400, completion_tokens: 25, total_tokens: 425 },
  };
}
