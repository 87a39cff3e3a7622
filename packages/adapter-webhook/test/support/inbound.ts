import { Webhook } from 'standardwebhooks';
import { SECRET } from './outbound';

/** When the ingress tests take place. */
export const NOW = Date.UTC(2026, 4, 1, 12, 0, 0);

export const MESSAGE = { type: 'message.received', data: { client_id: 'c-42', content: 'Не работает интернет' } };

export interface InboundParams {
  readonly id?: string;
  /** When it was signed, in epoch milliseconds. */
  readonly at?: number;
  readonly secret?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A webhook as a sender makes it with the library of the specification. */
export function inbound(payload: unknown = MESSAGE, params: InboundParams = {}): RequestInit & { headers: Headers } {
  const { id = 'msg_1', at = NOW, secret = SECRET, headers = {} } = params;
  const body = typeof payload === 'string' ? payload : JSON.stringify(payload);
  return {
    method: 'POST',
    body,
    headers: new Headers({
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at / 1_000)),
      'webhook-signature': new Webhook(secret).sign(id, new Date(at), body),
      ...headers,
    }),
  };
}

export const request = (payload?: unknown, params?: InboundParams): Request =>
  new Request('https://desk.example.test/ingress', inbound(payload, params));
