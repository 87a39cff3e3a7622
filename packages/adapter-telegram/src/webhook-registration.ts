import type { Clock, Ingress } from '@firstline/core';
import type { BotApi, CallOptions } from './bot-api';
import type { TelegramFault } from './telegram-fault';
import { Trouble } from './trouble';

/** How often it is looked whether the webhook is still ours and accepted, in milliseconds. */
const CHECK_EVERY_MS = 5 * 60_000;

/** Pause after a refusal that only people can mend, in milliseconds. */
const REFUSED_PAUSE_MS = 60_000;

const CALL_TIMEOUT_MS = 20_000;

export interface WebhookRegistrationOptions {
  readonly api: BotApi;
  readonly clock: Clock;
  readonly ingress: Ingress;
  readonly url: string;
  readonly secretToken: string;
  readonly maxConnections: number;
  readonly allowedUpdates: readonly string[];
}

/**
 * Tells Telegram where to send updates, and goes on looking whether that holds: another program with the same token may
 * take the webhook away, and then nothing arrives and nothing fails.
 */
export class WebhookRegistration {
  readonly #options: WebhookRegistrationOptions;
  readonly #stopping = new AbortController();
  readonly #trouble: Trouble;
  #loop: Promise<void> | null = null;

  constructor(options: WebhookRegistrationOptions) {
    this.#options = options;
    this.#trouble = new Trouble(options.ingress);
  }

  get problem(): string | null {
    return this.#trouble.code;
  }

  start(): void {
    this.#loop ??= this.#run();
  }

  /** The webhook stays: Telegram keeps what arrives meanwhile for a day. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#loop;
  }

  async #run(): Promise<void> {
    const { clock } = this.#options;
    const { signal } = this.#stopping;
    let isSet = false;
    while (!signal.aborted) {
      let pauseMs = CHECK_EVERY_MS;
      try {
        if (!isSet) await this.#set();
        isSet = true;
        await this.#check();
      } catch (error) {
        if (signal.aborted) return;
        isSet = isSet && !(error instanceof WebhookLostError);
        pauseMs = await this.#failed(error);
      }
      await clock.sleep(pauseMs, signal);
    }
  }

  get #call(): CallOptions {
    return { timeoutMs: CALL_TIMEOUT_MS, signal: this.#stopping.signal };
  }

  async #set(): Promise<void> {
    const { api, url, secretToken, maxConnections, allowedUpdates } = this.#options;
    const parameters = {
      url,
      secret_token: secretToken,
      max_connections: maxConnections,
      // The names were checked against the library's own list.
      allowed_updates: allowedUpdates as never[],
    };
    await api.call((raw, signal) => raw.setWebhook(parameters, signal), this.#call);
  }

  async #check(): Promise<void> {
    const { api, url, clock } = this.#options;
    const info = await api.call((raw, signal) => raw.getWebhookInfo(signal), this.#call);
    if (info.url !== url) throw new WebhookLostError();
    const failedAt = (info.last_error_date ?? 0) * 1_000;
    // What Telegram says of the failure may hold addresses, and is shown by `getWebhookInfo` to whoever has the token.
    if (info.pending_update_count > 0 && failedAt >= clock.now() - CHECK_EVERY_MS) {
      await this.#trouble.failed(
        'setup',
        'webhook_failing',
        'Telegram could not deliver updates to the webhook lately',
      );
      return;
    }
    await this.#trouble.over();
  }

  /** Resolves to the pause before the next try, in milliseconds. */
  async #failed(error: unknown): Promise<number> {
    const trouble = this.#trouble;
    if (error instanceof WebhookLostError) {
      return trouble.failed(
        'setup',
        'webhook_lost',
        'another program with this token has set another webhook, or none',
      );
    }
    const { status, code, retryAfterMs } = error as TelegramFault;
    if (status === 401 || status === 404) {
      await trouble.failed('token', 'token_refused', 'Telegram does not know this token');
      return REFUSED_PAUSE_MS;
    }
    if (status === 400) {
      await trouble.failed(
        'setup',
        'webhook_refused',
        'Telegram does not accept the webhook; check domain, port and path',
      );
      return REFUSED_PAUSE_MS;
    }
    return Math.max(await trouble.failed('network', code), retryAfterMs ?? 0);
  }
}

class WebhookLostError extends Error {
  override readonly name = 'WebhookLostError';
}
