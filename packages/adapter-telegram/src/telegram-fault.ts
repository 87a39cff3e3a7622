export interface TelegramFaultDetails {
  /** Stable short code, for example `http_403`, `connection_refused`, `timeout`. */
  readonly code: string;
  /** Status Telegram answered with; `null`: there was no answer. */
  readonly status?: number;
  /** Telegram's own words. They may quote what was sent, and are for telling faults apart, not for people. */
  readonly description?: string;
  readonly retryAfterMs?: number;
  /** The group became the supergroup of this id. */
  readonly migratedTo?: number;
  /** The request may have been carried out all the same: it was written, and what came back says nothing. */
  readonly maybeDone?: boolean;
}

/**
 * A call of the Bot API that failed. What the client library and `fetch` threw is left behind on purpose: their errors
 * hold the URL, in which the token stands, and the text that was sent.
 */
export class TelegramFault extends Error {
  override readonly name = 'TelegramFault';
  readonly code: string;
  readonly status: number | null;
  readonly description: string;
  readonly retryAfterMs: number | null;
  readonly migratedTo: number | null;
  readonly maybeDone: boolean;

  constructor(details: TelegramFaultDetails) {
    super(details.code);
    this.code = details.code;
    this.status = details.status ?? null;
    this.description = details.description ?? '';
    this.retryAfterMs = details.retryAfterMs ?? null;
    this.migratedTo = details.migratedTo ?? null;
    this.maybeDone = details.maybeDone ?? false;
  }
}
