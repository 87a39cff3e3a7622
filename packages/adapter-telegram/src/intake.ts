import {
  FirstlineError,
  type FirstlineErrorCode,
  type Ingress,
  isFirstlineError,
  type JsonObject,
  type ReceiveInput,
} from '@firstline/core';
import type { Update } from 'grammy/types';
import type { Me } from './addressed';
import { BoundedMap } from './bounded-map';
import { type InboundSettings, readUpdate } from './inbound';
import { splitRanges } from './split-text';
import { TelegramFault } from './telegram-fault';

/** Chats that are remembered as reachable. */
const MEMORY = 10_000;

/** A text that is refused for its length is not cut into pieces shorter than this. */
const MIN_PIECE = 200;

/** Before what the client put in place of an earlier message. A sign, since the client's language is anyone's. */
const CORRECTION = '✏️ ';

/** What keeps an update from being stored. */
export type Refusal =
  /** It will be refused for ever. */
  | 'invalid'
  /** The client writes too fast; `retryAfterMs` of the error says when to come back. */
  | 'limited'
  /** Nothing can be stored now. */
  | 'unavailable'
  /** Nobody knows; perhaps this update, perhaps everything. */
  | 'broken';

const REFUSALS: Partial<Record<FirstlineErrorCode, Refusal>> = {
  invalid_input: 'invalid',
  invalid_channel: 'invalid',
  idempotency_key_reused: 'invalid',
  rate_limited: 'limited',
  storage_unavailable: 'unavailable',
  stopped: 'unavailable',
};

export function refusalOf(error: unknown): Refusal {
  return (isFirstlineError(error) ? REFUSALS[error.code] : undefined) ?? 'broken';
}

export interface IntakeOptions {
  readonly ingress: Ingress;
  /** The name that the channels of received messages carry. */
  readonly transport: string;
  readonly settings: InboundSettings;
  readonly me: () => Promise<Me>;
}

/** Hands updates to the engine. */
export class Intake {
  readonly #options: IntakeOptions;
  /** Chats that were revived, and not switched off since, by their ids. */
  readonly #reachable = new BoundedMap<string, true>(MEMORY);

  constructor(options: IntakeOptions) {
    this.#options = options;
  }

  /**
   * Resolves as soon as everything the update says is safely stored, or there is nothing in it to store. Rejects with
   * what kept it from that, see {@link refusalOf}; then the same update may be handed in again, and has an effect once.
   */
  async take(update: Update): Promise<void> {
    const { transport, settings, me } = this.#options;
    const inbound = await readUpdate(update, transport, settings, me).catch((error: unknown) => {
      // Who the bot is could not be found out; anything else is in the update, and stays in it.
      if (error instanceof TelegramFault) throw error;
      throw new FirstlineError('invalid_input', 'update: cannot be read', { path: 'update' });
    });
    if (inbound === null) return;
    if (inbound.kind === 'reachable') return this.#revive(inbound.address);
    const { input, address, editedAt, starts } = inbound;
    await (editedAt === null ? this.#store(input) : this.#storeEdited(input, editedAt));
    // Who writes can be written to; told once for each chat, since it is so almost always.
    if (starts || this.#reachable.get(keyOf(address)) === undefined) await this.#revive(address);
  }

  /** A send found the chat switched off: its next message is worth telling. */
  forget(address: JsonObject): void {
    this.#reachable.delete(keyOf(address));
  }

  async #revive(address: JsonObject): Promise<void> {
    await this.#options.ingress.revive(address);
    this.#reachable.set(keyOf(address), true);
  }

  /** A text over the engine's limit is stored as several messages, as if the client had sent them one after the other. */
  async #store(input: ReceiveInput): Promise<void> {
    const { ingress } = this.#options;
    try {
      await ingress.receive(input);
    } catch (error) {
      if (!isTooLong(error, input)) throw error;
      const { text, attachments, ...rest } = input;
      const pieces = splitRanges(text, Math.ceil(text.length / 2)).map(({ from, to }) => text.slice(from, to));
      for (const [index, piece] of pieces.entries()) {
        const files = index === 0 && attachments !== undefined ? { attachments } : {};
        await this.#store({ ...rest, ...files, text: piece, id: `${input.id ?? ''}.${index + 1}` });
      }
    }
  }

  /**
   * Telegram tells of edits that changed nothing one can read, and of edits of messages that never came. The id of the
   * original tells them apart: known with this content, unknown, or known with another content. Only then it is a
   * correction, which is a message of its own: what is stored stays what was said and decided.
   */
  async #storeEdited(input: ReceiveInput, editedAt: number): Promise<void> {
    try {
      await this.#store(input);
    } catch (error) {
      if (!isFirstlineError(error) || error.code !== 'idempotency_key_reused') throw error;
      await this.#store({ ...input, id: `${input.id ?? ''}:${editedAt}`, text: `${CORRECTION}${input.text}` });
    }
  }
}

function isTooLong(error: unknown, { text }: ReceiveInput): boolean {
  return (
    isFirstlineError(error) && error.code === 'invalid_input' && error.path === 'text' && text.length > MIN_PIECE * 2
  );
}

function keyOf(address: JsonObject): string {
  return JSON.stringify(address);
}
