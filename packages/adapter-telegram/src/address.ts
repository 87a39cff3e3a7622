import { FirstlineError, type JsonObject } from '@firstline/core';

/** Where one conversation takes place: a chat, and a topic in it where the chat has topics. */
export interface TelegramAddress {
  /** Positive for a person, negative for a group. */
  readonly chatId: number;
  readonly threadId?: number;
}

const MEMBERS: readonly string[] = ['chatId', 'threadId'] satisfies (keyof TelegramAddress)[];

/**
 * The address in its normal form: numbers, also where the digits came as text. Throws `invalid_channel`. A public
 * `@name` is no address: names change owners, and a chat must stay the same chat.
 */
export function checkAddress(address: JsonObject): JsonObject {
  const { chatId, threadId } = readAddress(address);
  return threadId === undefined ? { chatId } : { chatId, threadId };
}

function readAddress(address: JsonObject): TelegramAddress {
  const extra = Object.keys(address).find((member) => !MEMBERS.includes(member));
  if (extra !== undefined) throw invalid(extra, 'is not known; a Telegram address is { chatId, threadId? }');
  const { chatId, threadId } = address as { chatId?: unknown; threadId?: unknown };
  const chat = integer(chatId);
  if (chat === null || chat === 0) {
    throw invalid('chatId', 'must be the numeric id of a chat, for example 123456789 or -1001234567890');
  }
  if (threadId === undefined) return { chatId: chat };
  const thread = integer(threadId);
  if (thread === null || thread < 1) throw invalid('threadId', 'must be the positive id of a topic, or left out');
  return { chatId: chat, threadId: thread };
}

/** `null`: it is none. What was stored for another transport of the same name, or by hand, need not be one. */
export function tryAddress(address: JsonObject): TelegramAddress | null {
  try {
    return readAddress(address);
  } catch {
    return null;
  }
}

function integer(value: unknown): number | null {
  const number = typeof value === 'string' && /^-?[1-9]\d{0,15}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) ? number : null;
}

function invalid(member: string, problem: string): FirstlineError {
  const path = `channel.address.${member}`;
  return new FirstlineError('invalid_channel', `${path} ${problem}`, { path });
}
