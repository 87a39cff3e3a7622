import { type Clock, type Ingress, isFirstlineError } from '@firstline/core';
import type { Update } from 'grammy/types';
import type { BotApi } from './bot-api';
import { type Intake, refusalOf } from './intake';
import { alertDropped } from './dropped';
import { TelegramFault } from './telegram-fault';
import { Trouble } from './trouble';

/** Most updates of one answer, which is what Telegram gives at most. */
const LIMIT = 100;

/** How much longer than the poll itself its answer may take, in milliseconds. */
const ANSWER_SLACK_MS = 10_000;

/** Longer than the poll of whoever else polls with this token, so that the two do not end each other for ever. */
const CONFLICT_SLACK_MS = 5_000;

/** Pause after a refused token, in milliseconds: it is mended by people, and now and then by Telegram. */
const TOKEN_PAUSE_MS = 60_000;

/** Tries of an update that fails for no known reason, before it is let go so that it does not hold up all others. */
const MAX_TRIES = 5;

const STOPPED_PAUSE_MS = 1_000;

const CALL_TIMEOUT_MS = 20_000;

export interface PollerOptions {
  readonly api: BotApi;
  readonly clock: Clock;
  readonly ingress: Ingress;
  readonly intake: Intake;
  readonly allowedUpdates: readonly string[];
  readonly pollTimeoutMs: number;
  readonly pollIntervalMs: number;
}

/**
 * Long polling that does not end before it is stopped. Telegram takes an update for received when the next request names
 * a later one, so nothing is asked for beyond an update that is not stored:
 *
 * - asking     a request is open; an answer with updates leads to storing, a failure to waiting
 * - storing    one update after the other; a failure leads to waiting, and from there the rest is asked for again
 * - waiting    by what failed, see `#failed`; then asking again
 *
 * Each of them ends at once with `stop`.
 */
export class Poller {
  readonly #options: PollerOptions;
  readonly #stopping = new AbortController();
  readonly #trouble: Trouble;
  /** The first update that is not stored yet; `null`: whatever Telegram has. */
  #offset: number | null = null;
  /** A webhook of an earlier configuration is out of the way. */
  #isClear = false;
  #broken = { updateId: 0, tries: 0 };
  #loop: Promise<void> | null = null;

  constructor(options: PollerOptions) {
    this.#options = options;
    this.#trouble = new Trouble(options.ingress);
  }

  get problem(): string | null {
    return this.#trouble.code;
  }

  start(): void {
    this.#loop ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#loop;
  }

  async #run(): Promise<void> {
    const { clock, pollIntervalMs } = this.#options;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      let pauseMs = pollIntervalMs;
      try {
        const updates = await this.#ask();
        for (const update of updates) {
          if (signal.aborted) return;
          await this.#store(update);
        }
        await this.#trouble.over();
      } catch (error) {
        if (signal.aborted) return;
        pauseMs = await this.#failed(error);
      }
      await clock.sleep(pauseMs, signal);
    }
  }

  async #ask(): Promise<readonly Update[]> {
    const { api, allowedUpdates, pollTimeoutMs } = this.#options;
    const { signal } = this.#stopping;
    if (!this.#isClear) {
      await api.call((raw, stop) => raw.deleteWebhook({}, stop), { timeoutMs: CALL_TIMEOUT_MS, signal });
      this.#isClear = true;
    }
    const parameters = {
      limit: LIMIT,
      timeout: Math.ceil(pollTimeoutMs / 1_000),
      // The names were checked against the library's own list.
      allowed_updates: allowedUpdates as never[],
      ...(this.#offset !== null && { offset: this.#offset }),
    };
    const timeoutMs = pollTimeoutMs + ANSWER_SLACK_MS;
    return api.call((raw, stop) => raw.getUpdates(parameters, stop), { timeoutMs, signal });
  }

  async #store(update: Update): Promise<void> {
    const { intake, ingress } = this.#options;
    const { update_id: updateId } = update;
    try {
      await intake.take(update);
    } catch (error) {
      if (error instanceof TelegramFault) throw error;
      const refusal = refusalOf(error);
      if (refusal === 'unavailable' || (refusal === 'broken' && !this.#isHopeless(updateId))) throw error;
      // Telegram can only be asked again for everything, and others wait behind it.
      await alertDropped(ingress, refusal, error);
    }
    // Not the greatest so far: after a quiet week Telegram begins its numbers anew.
    this.#offset = updateId + 1;
  }

  #isHopeless(updateId: number): boolean {
    const tries = this.#broken.updateId === updateId ? this.#broken.tries + 1 : 1;
    this.#broken = { updateId, tries };
    return tries >= MAX_TRIES;
  }

  /** Resolves to the pause before the next request, in milliseconds. */
  async #failed(error: unknown): Promise<number> {
    const trouble = this.#trouble;
    // The engine is ending, and stops this loop next.
    if (isFirstlineError(error) && error.code === 'stopped') return STOPPED_PAUSE_MS;
    if (!(error instanceof TelegramFault)) {
      const code = refusalOf(error) === 'unavailable' ? 'storage_unavailable' : 'update_failed';
      return trouble.failed('unavailable', code);
    }
    const { status, code, retryAfterMs } = error;
    if (status === 409) {
      await trouble.failed('conflict', 'conflict', 'another program polls with this token, or has set a webhook');
      return this.#options.pollTimeoutMs + CONFLICT_SLACK_MS;
    }
    if (status === 401 || status === 404) {
      await trouble.failed('token', 'token_refused', 'Telegram does not know this token');
      return TOKEN_PAUSE_MS;
    }
    const pauseMs = await trouble.failed('network', code);
    return Math.max(pauseMs, retryAfterMs ?? 0);
  }
}
