import type { JsonObject, OutboundDelivery, SendContext, SendOutcome, Transport } from '@firstline/core';
import type { Agent } from 'undici';
import { checkAddress, judgeAddress } from './address';
import { withDeadline } from './deadline';
import { createGuardedAgent } from './guarded-agent';
import { type WebhookSettings, type WebhookTransportOptions, webhookSettings } from './options';
import { errorOutcome, responseOutcome } from './outcome';
import { encodePayload } from './payload';
import { drainBody } from './response-body';
import { sign } from './signature';

/** Carries the package's major version; a test compares it with package.json. */
const USER_AGENT = 'firstline-webhook/0';

/** How long an answer's body may take once its headers have come, in milliseconds. */
const BODY_WAIT_MS = 1_000;

/** What fits into a header and cannot shift the borders of the signed `id.timestamp.body`. */
const SAFE_ID = /^[\x21-\x2d\x2f-\x7e]{1,256}$/;

/**
 * Sends every message as an HTTP POST signed by Standard Webhooks 1.0.0. The address is `{ url }`.
 *
 * `webhook-id` is the delivery's id and the same at every attempt, so a receiver that remembers ids sees each message
 * once. The answer's status decides as soon as its headers are there; redirects are not followed, and nothing is sent
 * to an internal address unless the options allow it.
 *
 * Throws a `FirstlineError` with code `invalid_options`.
 */
export function webhookTransport(options: WebhookTransportOptions): Transport {
  return new WebhookTransport(webhookSettings(options));
}

class WebhookTransport implements Transport {
  readonly timeoutMs: number;
  readonly #settings: WebhookSettings;
  #agent: Agent | null = null;
  #stopped = false;
  #closing: Promise<void> | null = null;

  constructor(settings: WebhookSettings) {
    this.#settings = settings;
    this.timeoutMs = settings.timeoutMs;
  }

  async start(): Promise<void> {
    this.#stopped = false;
  }

  checkAddress(address: JsonObject): JsonObject {
    return checkAddress(address, this.#settings.guard);
  }

  async send({ delivery, message, channel }: OutboundDelivery, context: SendContext): Promise<SendOutcome> {
    if (this.#stopped) return { class: 'retry', code: 'stopped' };
    // Judged again: the address may have been stored under other options, or by an older version.
    const judged = judgeAddress(channel.address, this.#settings.guard);
    if ('fault' in judged) {
      return { class: 'park', code: judged.forbidden ? 'ssrf_blocked' : 'invalid_address', detail: judged.fault };
    }
    if (!SAFE_ID.test(delivery.id)) return { class: 'park', code: 'invalid_id' };

    const body = encodePayload(message);
    return this.#post(judged.url, this.#headers(delivery.id, body, context.now), body, context);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    const agent = this.#agent;
    this.#agent = null;
    if (agent !== null) this.#closing = agent.close();
    await this.#closing;
  }

  #headers(id: string, body: Buffer, now: number): Record<string, string> {
    const timestamp = Math.floor(now / 1_000);
    return {
      'content-type': 'application/json',
      'user-agent': USER_AGENT,
      'webhook-id': id,
      'webhook-timestamp': String(timestamp),
      'webhook-signature': sign(this.#settings.keys, id, timestamp, body),
    };
  }

  async #post(
    url: URL,
    headers: Record<string, string>,
    body: Buffer,
    { now, signal: outer }: SendContext,
  ): Promise<SendOutcome> {
    const { timeoutMs } = this;
    this.#agent ??= createGuardedAgent(this.#settings);
    const agent = this.#agent;
    const startedAt = performance.now();
    try {
      const response = await withDeadline(timeoutMs, outer, (signal) =>
        agent.request({
          origin: url.origin,
          path: `${url.pathname}${url.search}`,
          method: 'POST',
          headers,
          body,
          signal,
          headersTimeout: timeoutMs,
          bodyTimeout: timeoutMs,
        }),
      );
      const outcome = responseOutcome({ status: response.statusCode, headers: response.headers, url, now });
      // Never up to the deadline: the engine stops waiting there, and an accepted message would count as timed out.
      const left = timeoutMs - (performance.now() - startedAt);
      const end = await drainBody(response.body, Math.min(BODY_WAIT_MS, left / 2));
      return outcome.class === 'ok' && end === 'incomplete' ? { ...outcome, code: 'body_incomplete' } : outcome;
    } catch (error) {
      return errorOutcome(error, url.hostname);
    }
  }
}
