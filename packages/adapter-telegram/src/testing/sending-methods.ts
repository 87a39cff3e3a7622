import { type BotApiFault, botApiFaults, RefusedCall } from './bot-api-faults';
import type { FakeChat } from './fake-chat';
import { type Json, textOf } from './json';
import type { SentMessage } from './sent-message';

const MAX_TEXT = 4_096;
const MAX_CAPTION = 1_024;

/** Method → the parameter that carries the file. */
const FILES: Readonly<Record<string, string>> = {
  sendphoto: 'photo',
  senddocument: 'document',
  sendaudio: 'audio',
  sendvideo: 'video',
};

export interface SendingRequest {
  readonly method: string;
  readonly parameters: Json;
  readonly chat: FakeChat;
  readonly knowsFile: (id: string) => boolean;
  readonly me: Json;
  /** Epoch milliseconds. */
  readonly now: number;
}

export interface Sent {
  readonly record: SentMessage;
  /** The Bot API's `Message`. */
  readonly result: Json;
}

export function isSending(method: string): boolean {
  return method === 'sendmessage' || Object.hasOwn(FILES, method);
}

/** Carries out a method that sends a message, with the checks of the server. Throws {@link RefusedCall}. */
export function sendMessage({ method, parameters, chat, knowsFile, me, now }: SendingRequest): Sent {
  const text = textOf(parameters['text'] ?? parameters['caption']);
  const name = FILES[method.toLowerCase()];
  const file = name === undefined ? null : textOf(parameters[name]);
  if (file === null && text.trim() === '') refuse(botApiFaults.textEmpty());
  if (text.length > (file === null ? MAX_TEXT : MAX_CAPTION)) {
    refuse(file === null ? botApiFaults.textTooLong() : botApiFaults.captionTooLong());
  }
  if (file !== null && !/^https?:\/\/[^/]+\./.test(file) && !knowsFile(file)) refuse(botApiFaults.wrongFile());
  chat.checkWritable();

  const messageId = chat.nextMessageId();
  const thread = parameters['message_thread_id'];
  const record: SentMessage = {
    chatId: chat.id,
    messageId,
    method,
    text,
    file,
    buttons: buttonsOf(parameters['reply_markup']),
    threadId: thread === undefined ? null : Number(thread),
    at: now,
    parameters,
  };
  const content = file === null ? { text } : { [name ?? '']: { file_id: file }, ...(text !== '' && { caption: text }) };
  const result = { message_id: messageId, date: Math.floor(now / 1_000), chat: chat.wire, from: me, ...content };
  return { record, result };
}

function buttonsOf(markup: unknown): readonly string[] {
  const { keyboard } = (markup ?? {}) as { readonly keyboard?: unknown };
  if (!Array.isArray(keyboard)) return [];
  return keyboard.flat().map((button) => (typeof button === 'string' ? button : String((button as Json)['text'])));
}

function refuse(fault: Extract<BotApiFault, { kind: 'refuses' }>): never {
  throw new RefusedCall(fault);
}
