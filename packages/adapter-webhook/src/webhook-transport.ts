import { randomUUID } from 'node:crypto';
import type {
  Channel,
  Ingress,
  JsonObject,
  OutboundDelivery,
  SendContext,
  SendOutcome,
  Transport,
} from '@firstline/core';
import type { Agent } from 'undici';
import { checkAddress, type JudgedAddress, judgeAddress } from './address';
import { withDeadline } from './deadline';
import { createGuardedAgent } from './guarded-agent';
import { type WebhookSettings, type WebhookTransportOptions, webhookSettings } from './options';
import { acceptedOutcome, errorOutcome, responseOutcome } from './outcome';
import { encodePayload, encodePing } from './payload';
import { drainBody } from './response-body';
import { keysFor } from './secrets';
import { isSafeId, sign } from './signature';

/** Carries the package's major version; a test compares it with package.json. */
const USER_AGENT = 'firstline-webhook/0';

/** How long an answer's body may take once its headers have come, in milliseconds. */
const BODY_WAIT_MS = 1_000;

/** The transport, and what it can do besides sending. */
export interface WebhookTransport extends Transport {
  /**
   * Sends a signed `webhook.ping` to an address, for a "test this URL" button: `ok` means that messages would arrive. Bound
   * by the same limits and the same address check as every send, and counted nowhere. Never rejects. `signal` ends the wait.
   */
  checkReachable(address: JsonObject, options?: { readonly signal?: AbortSignal }): Promise<SendOutcome>;
}

/**
 * Sends every message as an HTTP POST signed by Standard Webhooks 1.0.0. The address is `{ url }`.
 *
 * `webhook-id` is the delivery's id and the same at every attempt, so a receiver that remembers ids sees each message
 * once. The answer's status decides as soon as its headers are there; redirects are not followed, and nothing is sent
 * to an internal address unless the options allow it.
 *
 * Throws a `FirstlineError` with code `invalid_options`.
 */
export function webhookTransport(options: WebhookTransportOptions): WebhookTransport {
  return new HttpTransport(webhookSettings(options));
}

/** One request, before it is signed. */
interface Post {
  readonly channel: Channel;
  readonly url: URL;
  readonly id: string;
  readonly body: Buffer;
}

class HttpTransport implements WebhookTransport {
  readonly timeoutMs: number;
  readonly #settings: WebhookSettings;
  #name = 'webhook';
  #agent: Agent | null = null;
  #stopped = false;
  #closing: Promise<void> | null = null;

  constructor(settings: WebhookSettings) {
    this.#settings = settings;
    this.timeoutMs = settings.timeoutMs;
  }

  async start(_ingress: Ingress, name: string): Promise<void> {
    this.#name = name;
    this.#stopped = false;
  }

  checkAddress(address: JsonObject): JsonObject {
    return checkAddress(address, this.#settings.guard);
  }

  async checkReachable(address: JsonObject, options: { readonly signal?: AbortSignal } = {}): Promise<SendOutcome> {
    const { signal = new AbortController().signal } = options;
    const judged = judgeAddress(address, this.#settings.guard);
    if ('fault' in judged) return refused(judged);
    const now = this.#settings.clock.now();
    const channel = { transport: this.#name, address: { url: judged.url.href } };
    return this.#post({ channel, url: judged.url, id: `ping_${randomUUID()}`, body: encodePing(now) }, now, signal);
  }

  async send({ delivery, message, channel }: OutboundDelivery, { now, signal }: SendContext): Promise<SendOutcome> {
    // Judged again: the address may have been stored under other options, or by an older version.
    const judged = judgeAddress(channel.address, this.#settings.guard);
    if ('fault' in judged) return refused(judged);
    if (!isSafeId(delivery.id)) return { class: 'park', code: 'invalid_id' };
    return this.#post({ channel, url: judged.url, id: delivery.id, body: encodePayload(message) }, now, signal);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    const agent = this.#agent;
    this.#agent = null;
    if (agent !== null) this.#closing = agent.close();
    await this.#closing;
  }

  async #post(post: Post, now: number, outer: AbortSignal): Promise<SendOutcome> {
    if (this.#stopped) return { class: 'retry', code: 'stopped' };
    const { clock, timeoutMs } = this.#settings;
    this.#agent ??= createGuardedAgent(this.#settings);
    const agent = this.#agent;
    const startedAt = clock.now();
    try {
      const response = await withDeadline({ clock, timeoutMs, outer }, (signal) =>
        this.#request(agent, post, now, signal),
      );
      const tookMs = clock.now() - startedAt;
      const outcome = responseOutcome({ status: response.statusCode, headers: response.headers, url: post.url, now });
      // Never up to the deadline: the engine stops waiting there, and an accepted message would count as timed out.
      const waitMs = Math.max(0, Math.min(BODY_WAIT_MS, (timeoutMs - tookMs) / 2));
      const end = await drainBody(response.body, clock, waitMs);
      return outcome.class === 'ok' ? acceptedOutcome(outcome, end, tookMs, timeoutMs) : outcome;
    } catch (error) {
      return errorOutcome(error, post.url.hostname);
    }
  }

  async #request(agent: Agent, { channel, url, id, body }: Post, now: number, signal: AbortSignal) {
    const { keys: common, secretFor, timeoutMs } = this.#settings;
    const keys = await keysFor(channel, common, secretFor);
    // Whoever kept us waiting for a secret must not make us send behind the engine's back.
    signal.throwIfAborted();
    const timestamp = Math.floor(now / 1_000);
    return agent.request({
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'user-agent': USER_AGENT,
        'webhook-id': id,
        'webhook-timestamp': String(timestamp),
        'webhook-signature': sign(keys, { id, timestamp, body }),
      },
      body,
      signal,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
    });
  }
}

function refused({ forbidden, fault }: Extract<JudgedAddress, { readonly fault: string }>): SendOutcome {
  return { class: 'park', code: forbidden ? 'ssrf_blocked' : 'invalid_address', detail: fault };
}
