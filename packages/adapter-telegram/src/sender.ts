import type { Clock, OutboundDelivery, SendContext, SendOutcome } from '@firstline/core';
import { type TelegramAddress, tryAddress } from './address';
import type { BotApi } from './bot-api';
import { BoundedMap } from './bounded-map';
import { type Formatting, linkPart, type OutboundPart, outboundParts, sendParameters } from './outbound-parts';
import { refusesEntities, refusesFile, sendOutcome } from './send-outcome';
import { sendPart } from './send-part';
import type { TelegramFault } from './telegram-fault';

/** Parts of a message, or files, that are sent of one delivery at most; a text longer than ten messages is a mistake. */
const MAX_PARTS = 10;

/** Between the parts for one chat, in milliseconds: one message a second for a person, twenty a minute for a group. */
const PERSON_PAUSE_MS = 1_000;
const GROUP_PAUSE_MS = 3_000;

/** A part is not begun with less time left than this, in milliseconds: its end would be nobody's to tell. */
const MIN_TIME_MS = 3_000;

/** Deliveries, and chats with buttons, that are remembered. */
const MEMORY = 10_000;

export interface SenderOptions {
  readonly api: BotApi;
  readonly clock: Clock;
  /** For the whole of a delivery, in milliseconds. */
  readonly timeoutMs: number;
  readonly formatting: Formatting;
  /** A text went out without its formatting, which Telegram refused. */
  readonly onPlain: () => void;
}

interface Sending {
  readonly address: TelegramAddress;
  readonly parts: readonly OutboundPart[];
  readonly endsAt: number;
  readonly signal: AbortSignal;
}

/**
 * Sends the parts of a delivery one after the other. How many of them have arrived is remembered for each delivery in
 * this process, so that a later attempt goes on behind them; Telegram itself cannot recognise a repeat.
 */
export class Sender {
  readonly #options: SenderOptions;
  /** Delivery id → how many of its parts are known to have arrived. */
  readonly #arrived = new BoundedMap<string, number>(MEMORY);
  /** Chats in which buttons of ours may still be shown. */
  readonly #withButtons = new BoundedMap<number, true>(MEMORY);

  constructor(options: SenderOptions) {
    this.#options = options;
  }

  async send({ delivery, message, channel }: OutboundDelivery, context: SendContext): Promise<SendOutcome> {
    const { clock, timeoutMs, formatting } = this.#options;
    const address = tryAddress(channel.address);
    if (address === null) return { class: 'park', code: 'invalid_address' };
    const parts = outboundParts(message, formatting);
    if (parts.length === 0) return { class: 'park', code: 'empty' };
    if (parts.length > MAX_PARTS) return { class: 'park', code: 'too_long' };

    const known = this.#arrived.get(delivery.id);
    // It was sent, and whoever asked could not write that down.
    if (known === parts.length) return { class: 'ok', code: 'already_sent' };
    const sending: Sending = {
      address,
      parts,
      endsAt: clock.now() + timeoutMs,
      signal: context.signal,
    };
    const outcome = await this.#sendFrom(known ?? 0, sending, (arrived) => this.#arrived.set(delivery.id, arrived));
    if (outcome.class !== 'ok') {
      const arrived = this.#arrived.get(delivery.id) ?? 0;
      // So that later attempts know that this process has seen the earlier ones.
      this.#arrived.set(delivery.id, arrived);
      return arrived === 0 ? outcome : { ...outcome, detail: `${arrived} of ${parts.length} parts have arrived` };
    }
    // What an earlier process got through before it ended is not known, and was sent again.
    const repeated = known === undefined && context.attempt > 1 && parts.length > 1;
    return repeated ? { ...outcome, code: 'parts_repeated' } : outcome;
  }

  async #sendFrom(first: number, sending: Sending, onArrival: (arrived: number) => void): Promise<SendOutcome> {
    const { clock } = this.#options;
    const { address, parts, endsAt, signal } = sending;
    const pauseMs = address.chatId < 0 ? GROUP_PAUSE_MS : PERSON_PAUSE_MS;
    let outcome: SendOutcome = { class: 'ok' };
    for (const [index, part] of parts.entries()) {
      if (index < first) continue;
      if (index > first) {
        if (endsAt - clock.now() < pauseMs + MIN_TIME_MS)
          return { class: 'cool', code: 'continued', retryAfterMs: pauseMs };
        await clock.sleep(pauseMs, signal);
      }
      const attempt = await this.#sendOne(part, sending);
      if (attempt.class !== 'ok') return attempt;
      onArrival(index + 1);
      outcome = { ...outcome, ...attempt };
    }
    return outcome;
  }

  /** Sends a part, and once more without what Telegram refused of it: its formatting, or the file it could not fetch. */
  async #sendOne(part: OutboundPart, sending: Sending): Promise<SendOutcome> {
    const first = await this.#attempt(part, sending);
    if (first.fault === null) return first.outcome;
    if (part.content.entities.length > 0 && refusesEntities(first.fault)) {
      const plain = { ...part, content: { text: part.content.text, entities: [] } };
      const second = await this.#attempt(plain, sending);
      if (second.fault !== null) return second.outcome;
      this.#options.onPlain();
      return { ...second.outcome, code: 'sent_plain' };
    }
    if (part.kind !== 'text' && refusesFile(first.fault)) {
      const second = await this.#attempt(linkPart(part), sending);
      return second.fault === null ? { ...second.outcome, code: 'sent_link' } : second.outcome;
    }
    return first.outcome;
  }

  async #attempt(
    part: OutboundPart,
    { address, endsAt, signal }: Sending,
  ): Promise<{ readonly outcome: SendOutcome; readonly fault: TelegramFault | null }> {
    const { api, clock } = this.#options;
    const { chatId } = address;
    const parameters = sendParameters(address, part, this.#withButtons.get(chatId) === true);
    try {
      const timeoutMs = Math.max(endsAt - clock.now(), 1);
      const id = await sendPart(api, part, parameters, { timeoutMs, signal });
      if (part.buttons.length > 0) this.#withButtons.set(chatId, true);
      else if (parameters.reply_markup !== undefined) this.#withButtons.delete(chatId);
      return { outcome: { class: 'ok', status: 200, reference: String(id) }, fault: null };
    } catch (error) {
      const fault = error as TelegramFault;
      return { outcome: sendOutcome(fault), fault };
    }
  }
}
