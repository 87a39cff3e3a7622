import type { Attachment, OutboundMessage } from '@firstline/core';
import type { TelegramAddress } from './address';
import { type FormattedText, parseMarks, plainText, sliceText, type TextEntity } from './formatted-text';
import { splitRanges } from './split-text';

/** Longest text of one message and longest caption of a file, in UTF-16 units, which never count less than Telegram does. */
const MAX_TEXT = 4_096;
const MAX_CAPTION = 1_024;

/** Buttons that are longer than this get a row of their own; a phone shows two shorter ones beside each other. */
const WIDE_BUTTON = 18;

export type Formatting = 'none' | 'marks';

/** One message in the chat. */
export type OutboundPart =
  | ({ readonly kind: 'text' } & PartContent)
  | ({ readonly kind: 'photo' | 'document' | 'audio' | 'video'; readonly file: string } & PartContent);

interface PartContent {
  readonly content: FormattedText;
  /** Of the last part. */
  readonly buttons: readonly string[];
}

/** The parameters of the Bot API that all methods of sending share. */
export interface SendParameters {
  readonly chat_id: number;
  readonly message_thread_id?: number;
  readonly reply_markup?: ReplyKeyboard | { readonly remove_keyboard: true };
}

interface ReplyKeyboard {
  readonly keyboard: { readonly text: string }[][];
  readonly one_time_keyboard: true;
  readonly resize_keyboard: true;
}

/**
 * The messages that carry one outbound message, in order: its text, cut where it is too long for one, then its files. A
 * single file takes a short text along as its caption. Empty where there is nothing to send.
 */
export function outboundParts(
  { text, attachments, quickReplies }: Pick<OutboundMessage, 'text' | 'attachments' | 'quickReplies'>,
  formatting: Formatting,
): readonly OutboundPart[] {
  const whole = formatting === 'marks' ? parseMarks(text.trim()) : plainText(text.trim());
  const [file] = attachments;
  if (file !== undefined && attachments.length === 1 && whole.text.length <= MAX_CAPTION) {
    return withButtons([filePart(file, whole)], quickReplies);
  }
  const texts = whole.text === '' ? [] : splitRanges(whole.text, MAX_TEXT);
  return withButtons(
    [
      ...texts.map(({ from, to }): OutboundPart => textPart(sliceText(whole, from, to))),
      ...attachments.map((attachment) => filePart(attachment, plainText(''))),
    ],
    quickReplies,
  );
}

/** The same part as a text: what is sent where Telegram cannot fetch the file. */
export function linkPart(part: Exclude<OutboundPart, { kind: 'text' }>): OutboundPart {
  const { content, buttons, file } = part;
  const text = content.text === '' ? file : `${content.text}\n${file}`;
  return { kind: 'text', content: { text, entities: content.entities }, buttons };
}

export function sendParameters(
  { chatId, threadId }: TelegramAddress,
  { buttons }: OutboundPart,
  removesButtons: boolean,
): SendParameters {
  const markup =
    buttons.length > 0 ? replyKeyboard(buttons) : removesButtons ? ({ remove_keyboard: true } as const) : undefined;
  return {
    chat_id: chatId,
    ...(threadId !== undefined && { message_thread_id: threadId }),
    ...(markup !== undefined && { reply_markup: markup }),
  };
}

/** Telegram takes the empty list too, but a request need not carry it. */
export function entitiesOf({ entities }: FormattedText): TextEntity[] | undefined {
  return entities.length === 0 ? undefined : [...entities];
}

function textPart(content: FormattedText): OutboundPart {
  return { kind: 'text', content, buttons: [] };
}

function filePart({ kind, url }: Attachment, content: FormattedText): OutboundPart {
  const file = fileIdOf(url) ?? url;
  const kinds = { image: 'photo', document: 'document', audio: 'audio', video: 'video', other: 'document' } as const;
  return { kind: kinds[kind], file, content, buttons: [] };
}

function withButtons(parts: readonly OutboundPart[], buttons: readonly string[]): readonly OutboundPart[] {
  return parts.map((part, index) => (index === parts.length - 1 ? { ...part, buttons } : part));
}

/**
 * A keyboard in place of the client's own: a touch sends the button's text as an ordinary message, which is stored and
 * decided as any other, and needs no server that still remembers what a button meant.
 */
function replyKeyboard(buttons: readonly string[]): ReplyKeyboard {
  const perRow = buttons.some((text) => text.length > WIDE_BUTTON) ? 1 : 2;
  const rows: { text: string }[][] = [];
  for (let at = 0; at < buttons.length; at += perRow) {
    rows.push(buttons.slice(at, at + perRow).map((text) => ({ text })));
  }
  return { keyboard: rows, one_time_keyboard: true, resize_keyboard: true };
}

/** What stands before a file's id in the `url` of an attachment that came through Telegram. */
const FILE_SCHEME = 'telegram:file/';

export function fileUrlOf(fileId: string): string {
  return `${FILE_SCHEME}${fileId}`;
}

/** `null`: the URL leads elsewhere. */
export function fileIdOf(url: string): string | null {
  return url.startsWith(FILE_SCHEME) ? url.slice(FILE_SCHEME.length) : null;
}
