import { isFirstlineError } from '@firstline/core';
import { isSafeId, verify } from '../signature';
import { type IngressSettings, ingressSettings, type WebhookIngressOptions } from './ingress-options';
import { inPayloadNames, mapMessageReceived } from './message-received';
import { IngressProblem, problemAnswer } from './problem';
import { readBody } from './read-body';

/** Answers a webhook request. Never rejects. */
export type WebhookIngress = (request: Request) => Promise<Response>;

/** The signed headers, of the right form and recent, but not verified yet. */
interface Envelope {
  readonly id: string;
  /** Unix seconds. */
  readonly timestamp: number;
  readonly signatures: string;
}

/** ASCII is the same in all of them, but only UTF-8 is JSON (RFC 8259). */
const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json\s*(?:;\s*charset="?utf-8"?\s*)?$/i;

/**
 * Takes messages in by HTTP: verifies the Standard Webhooks signature over the raw bytes, makes a message of the payload and
 * stores it, and only then answers 2xx, so that a sender that retries loses nothing. The same `webhook-id` again has no
 * effect, for as long as the engine keeps the message.
 *
 * A Fetch handler for Hono, Next.js, Bun, Deno …; `toNodeHandler` makes one for Express and `node:http` of it.
 *
 * Throws a `FirstlineError` with code `invalid_options`.
 */
export function webhookIngress(options: WebhookIngressOptions): WebhookIngress {
  const settings = ingressSettings(options);
  return async (request) => {
    try {
      return await take(request, settings);
    } catch (error) {
      const { response, status, code } = problemAnswer(error);
      report(settings, request, status, code, error);
      return response;
    }
  };
}

async function take(request: Request, settings: IngressSettings): Promise<Response> {
  const { id, timestamp, signatures } = checkHead(request, settings);
  const { keys, maxBytes, bodyTimeoutMs: timeoutMs, clock } = settings;
  const body = await readBody(request, { maxBytes, timeoutMs, clock });
  if (!verify(keys, { id, timestamp, body }, signatures)) {
    throw new IngressProblem(
      'unauthorized',
      'webhook-signature: no signature is right for this body and these headers',
    );
  }
  const payload = parseJson(body);
  const map = settings.map ?? mapMessageReceived;
  const input = await map(payload, { id, sentAt: timestamp * 1_000, headers: request.headers });
  if (input === null) return new Response(null, { status: 204 });
  const outcome = await settings.receive({ ...input, id: input.id ?? id }).catch((error: unknown) => {
    throw settings.map === null ? inPayloadNames(error) : error;
  });
  return Response.json(
    { status: outcome.status, message_id: outcome.messageId, conversation_id: outcome.conversationId },
    { status: outcome.status === 'accepted' ? 202 : 200 },
  );
}

/** Everything that can be said before the body is read. */
function checkHead(request: Request, { clock, toleranceMs }: IngressSettings): Envelope {
  if (request.method !== 'POST') throw new IngressProblem('method_not_allowed', 'webhooks are sent by POST');
  const { headers } = request;
  const encoding = headers.get('content-encoding') ?? 'identity';
  if (!JSON_TYPE.test(headers.get('content-type') ?? '') || encoding !== 'identity') {
    throw new IngressProblem('unsupported_media_type', 'the body has to be application/json in UTF-8, not compressed');
  }
  const [id, written, signatures] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => {
    const value = headers.get(name);
    if (value === null || value === '') throw new IngressProblem('unauthorized', `${name}: is missing`);
    return value;
  }) as [string, string, string];
  if (!isSafeId(id)) {
    throw new IngressProblem('unauthorized', 'webhook-id: must be 1 to 256 visible ASCII characters without a dot');
  }
  if (!/^\d{1,12}$/.test(written)) {
    throw new IngressProblem('unauthorized', 'webhook-timestamp: must be Unix time in whole seconds');
  }
  const timestamp = Number(written);
  if (Math.abs(clock.now() - timestamp * 1_000) > toleranceMs) {
    throw new IngressProblem(
      'unauthorized',
      'webhook-timestamp: is too far from the time here; it must be that of the attempt',
    );
  }
  return { id, timestamp, signatures };
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw new IngressProblem('invalid_input', 'the body is not valid JSON in UTF-8');
  }
}

function report({ logger }: IngressSettings, request: Request, status: number, code: string, error: unknown): void {
  const fields = { status, code, webhookId: request.headers.get('webhook-id')?.slice(0, 256) };
  if (status === 401) logger?.warn({ ...fields, reason: (error as Error).message }, 'a webhook did not verify');
  else if (status === 500 && !isFirstlineError(error))
    logger?.error({ ...fields, err: error }, 'a webhook could not be taken');
  else if (status >= 500)
    logger?.error({ ...fields, reason: (error as Error).message }, 'a webhook could not be taken');
}
