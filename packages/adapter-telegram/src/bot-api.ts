import type { Clock } from '@firstline/core';
import { Api, GrammyError, HttpError, type RawApi } from 'grammy';
import { botFetch } from './bot-fetch';
import { withDeadline } from './deadline';
import { TelegramFault } from './telegram-fault';

/** The client library's own time limit, which must never be the one that counts: its error tells nothing. */
const LIBRARY_TIMEOUT_SECONDS = 300;

export interface BotApiOptions {
  readonly token: string;
  readonly apiRoot: string;
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
}

export interface CallOptions {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/** What the library calls an abort signal. */
type LibrarySignal = NonNullable<Parameters<RawApi['getMe']>[0]>;

/**
 * The Bot API with one bot's token, which leaves this class only in the addresses of requests. No retries and no pauses:
 * both belong to the outbox, where they survive the process.
 */
export class BotApi {
  readonly #raw: RawApi;
  readonly #token: string;
  readonly #apiRoot: string;
  readonly #fetch: typeof globalThis.fetch;
  readonly #clock: Clock;

  constructor({ token, apiRoot, fetch, clock }: BotApiOptions) {
    this.#token = token;
    this.#apiRoot = apiRoot;
    this.#fetch = fetch;
    this.#clock = clock;
    this.#raw = new Api(token, {
      apiRoot,
      fetch: botFetch(fetch),
      timeoutSeconds: LIBRARY_TIMEOUT_SECONDS,
    }).raw;
  }

  /** Calls a method within the time limit. Rejects with a {@link TelegramFault} and nothing else. */
  async call<T>(work: (raw: RawApi, signal: LibrarySignal) => Promise<T>, options: CallOptions): Promise<T> {
    try {
      return await withDeadline(this.#clock, options.timeoutMs, options.signal, (signal) =>
        work(this.#raw, signal as unknown as LibrarySignal),
      );
    } catch (error) {
      throw faultOf(error);
    }
  }

  /** Where the server has the content of a file, by the path that `getFile` tells. Rejects as {@link call} does. */
  async download(path: string, { timeoutMs, signal }: CallOptions): Promise<Response> {
    const url = `${this.#apiRoot}/file/bot${this.#token}/${path.split('/').map(encodeURIComponent).join('/')}`;
    try {
      return await withDeadline(this.#clock, timeoutMs, signal, (stop) =>
        // The caller's own signal goes on to end the reading of the content.
        this.#fetch(url, { redirect: 'error', signal: signal === undefined ? stop : AbortSignal.any([stop, signal]) }),
      );
    } catch (error) {
      throw error instanceof TelegramFault ? error : new TelegramFault({ code: 'network_error' });
    }
  }
}

function faultOf(error: unknown): TelegramFault {
  if (error instanceof TelegramFault) return error;
  if (error instanceof HttpError) {
    return error.error instanceof TelegramFault
      ? error.error
      : new TelegramFault({ code: 'network_error', maybeDone: true });
  }
  if (error instanceof GrammyError) {
    const { error_code: status, description, parameters } = error;
    return new TelegramFault({
      code: `http_${status}`,
      status,
      description,
      // The server's front says 502 and 504 in JSON too when it lost what is behind it.
      maybeDone: status === 502 || status === 504,
      ...(parameters.retry_after !== undefined && { retryAfterMs: parameters.retry_after * 1_000 }),
      ...(parameters.migrate_to_chat_id !== undefined && { migratedTo: parameters.migrate_to_chat_id }),
    });
  }
  return new TelegramFault({ code: 'client_error' });
}
