import type { JsonObject, ReceiveInput } from '@firstline/core';
import type { Chat, Message, Update, User } from 'grammy/types';
import { isAddressed, type Me, withoutMention } from './addressed';
import { type Commands, readCommand } from './commands';
import { attachmentsOf, wordsOf } from './inbound-content';

export type Groups = 'ignore' | 'addressed' | 'all';

export interface InboundSettings {
  readonly botId: number;
  readonly clientIdPrefix: string;
  readonly commands: Commands;
  readonly groups: Groups;
  readonly edits: 'correction' | 'ignore';
}

/** What an update means to the engine. */
export type Inbound =
  | {
      readonly kind: 'message';
      readonly input: ReceiveInput;
      readonly address: JsonObject;
      /** Epoch seconds of the change; `null`: it is as it was first written. */
      readonly editedAt: number | null;
      /** The client began, or began anew, to talk to the bot. */
      readonly starts: boolean;
    }
  /** The chat can be written to again: the bot was unblocked, or taken into the group. */
  | { readonly kind: 'reachable'; readonly address: JsonObject };

/**
 * Reads an update; `null` where it is nothing to answer: service messages, channels, groups unless wanted. `me` is asked
 * only where it matters whom a group's message is for.
 */
export async function readUpdate(
  update: Update,
  transport: string,
  settings: InboundSettings,
  me: () => Promise<Me>,
): Promise<Inbound | null> {
  if (update.message !== undefined) return readMessage(update.message, null, transport, settings, me);
  if (update.edited_message !== undefined && settings.edits === 'correction') {
    const { edited_message: message } = update;
    return readMessage(message, message.edit_date, transport, settings, me);
  }
  const change = update.my_chat_member;
  if (change === undefined || !isServed(change.chat, settings.groups)) return null;
  const isIn = (status: string): boolean => status !== 'kicked' && status !== 'left';
  const reachable = !isIn(change.old_chat_member.status) && isIn(change.new_chat_member.status);
  return reachable ? { kind: 'reachable', address: { chatId: change.chat.id } } : null;
}

async function readMessage(
  message: Message,
  editedAt: number | null,
  transport: string,
  settings: InboundSettings,
  me: () => Promise<Me>,
): Promise<Inbound | null> {
  const { chat, from } = message;
  // A channel or an anonymous administrator has no `from` that could be a client.
  if (from === undefined || message.sender_chat !== undefined || !isServed(chat, settings.groups)) return null;
  const locale = localeOf(from);
  const words = wordsOf(message);
  const command = readCommand(words, locale, settings.commands);
  let text = command === null ? words : command.text;
  if (text === null) return null;
  if (chat.type !== 'private') {
    const bot = await me();
    if (command?.bot != null && command.bot !== bot.username.toLowerCase()) return null;
    if (settings.groups === 'addressed' && command === null && !isAddressed(message, bot)) return null;
    text = withoutMention(text, bot);
  }
  const attachments = attachmentsOf(message);
  if (text.trim() === '' && attachments.length === 0) return null;

  const address = addressOf(message);
  const name = nameOf(from);
  const input: ReceiveInput = {
    clientId: `${settings.clientIdPrefix}${from.id}`,
    text,
    // Telegram counts messages per chat, and each bot sees counts of its own.
    id: `telegram:${settings.botId}:${chat.id}:${message.message_id}`,
    channel: { transport, address },
    ...(locale !== undefined && { locale }),
    ...(attachments.length > 0 && { attachments }),
    ...(from.is_bot && { automated: true }),
    ...(name !== '' && { client: { name } }),
  };
  return { kind: 'message', input, address, editedAt, starts: command?.name === 'start' };
}

function isServed(chat: Chat, groups: Groups): boolean {
  if (chat.type === 'private') return true;
  return groups !== 'ignore' && (chat.type === 'group' || chat.type === 'supergroup');
}

function addressOf({ chat, is_topic_message: isTopic, message_thread_id: thread }: Message): JsonObject {
  // Replies in an ordinary group have a thread too, which is none that could be written to.
  return isTopic === true && thread !== undefined ? { chatId: chat.id, threadId: thread } : { chatId: chat.id };
}

/** Telegram passes on what the client's app says; a tag that is none must not cost the message. */
function localeOf({ language_code: code }: User): string | undefined {
  if (code === undefined) return undefined;
  try {
    return Intl.getCanonicalLocales(code)[0];
  } catch {
    return undefined;
  }
}

function nameOf({ first_name: first, last_name: last = '' }: User): string {
  return `${first} ${last}`.trim().slice(0, 255).toWellFormed();
}
