import type { Clock } from '@firstline/core';
import type { FakeUpdate, UpdateQueue } from './update-queue';

/** How long the server waits for an answer, in milliseconds. */
const ANSWER_TIMEOUT_MS = 60_000;

/** Pauses after failures of one update, in seconds: none, then doubling to a minute. */
const FIRST_PAUSE_SECONDS = 2;
const MAX_PAUSE_SECONDS = 60;
const MAX_RETRY_AFTER_SECONDS = 3_600;

export interface FakeWebhookOptions {
  readonly url: string;
  readonly secretToken: string;
  readonly maxConnections: number;
}

/** One delivery of an update to a webhook. */
export interface WebhookPush {
  readonly updateId: number;
  /** `null`: there was no answer. */
  readonly status: number | null;
  readonly at: number;
}

/**
 * Pushes updates to a webhook as the server does: the updates of a chat one after the other, several chats at once, and
 * the same update again until it is answered with 2xx.
 */
export class FakeWebhook {
  readonly options: FakeWebhookOptions;
  readonly pushes: WebhookPush[] = [];
  lastError: { readonly at: number; readonly message: string } | null = null;
  readonly #queue: UpdateQueue;
  readonly #clock: Clock;
  readonly #onChange: () => void;
  /** Chats with an update under way or waiting for its next try. */
  readonly #busy = new Set<unknown>();
  readonly #stopping = new AbortController();
  #connections = 0;

  constructor(options: FakeWebhookOptions, queue: UpdateQueue, clock: Clock, onChange: () => void) {
    this.options = options;
    this.#queue = queue;
    this.#clock = clock;
    this.#onChange = onChange;
  }

  /** Begins on whatever can be pushed now. */
  run(): void {
    for (const update of this.#queue.pending) {
      const chat = chatOf(update);
      if (this.#stopping.signal.aborted || this.#busy.has(chat)) continue;
      if (this.#connections >= this.options.maxConnections) return;
      this.#busy.add(chat);
      void this.#deliver(update).finally(() => {
        this.#busy.delete(chat);
        this.run();
      });
    }
  }

  stop(): void {
    this.#stopping.abort();
  }

  async #deliver(update: FakeUpdate): Promise<void> {
    const { signal } = this.#stopping;
    for (let failures = 0; !signal.aborted; failures += 1) {
      this.#connections += 1;
      const answer = await this.#post(update).finally(() => (this.#connections -= 1));
      const { status } = answer;
      const isOk = status !== null && status >= 200 && status < 300;
      if (isOk) this.#queue.remove(update.update_id);
      else this.lastError = { at: this.#clock.now(), message: wordsOf(status) };
      this.pushes.push({ updateId: update.update_id, status, at: this.#clock.now() });
      this.#onChange();
      if (isOk) return;
      const doubled = failures === 0 ? 0 : Math.min(FIRST_PAUSE_SECONDS * 2 ** (failures - 1), MAX_PAUSE_SECONDS);
      await this.#clock.sleep((answer.retryAfterSeconds || doubled) * 1_000, signal);
    }
  }

  async #post(update: FakeUpdate): Promise<{ readonly status: number | null; readonly retryAfterSeconds: number }> {
    const { url, secretToken } = this.options;
    const secret = secretToken === '' ? {} : { 'x-telegram-bot-api-secret-token': secretToken };
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...secret },
        body: JSON.stringify(update),
        redirect: 'manual',
        signal: AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(ANSWER_TIMEOUT_MS)]),
      });
      await response.arrayBuffer();
      const asked = Number(response.headers.get('retry-after') ?? 0);
      const retryAfterSeconds = asked > 0 ? Math.min(asked, MAX_RETRY_AFTER_SECONDS) : 0;
      return { status: response.status, retryAfterSeconds };
    } catch {
      return { status: null, retryAfterSeconds: 0 };
    }
  }
}

function wordsOf(status: number | null): string {
  return status === null ? 'Webhook connection closed' : `Wrong response from the webhook: ${status}`;
}

function chatOf(update: FakeUpdate): unknown {
  for (const content of Object.values(update)) {
    const { chat } = (content ?? {}) as { readonly chat?: { readonly id?: unknown } };
    if (chat?.id !== undefined) return chat.id;
  }
  return update.update_id;
}
