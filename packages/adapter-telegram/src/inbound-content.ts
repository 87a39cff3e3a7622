import type { Attachment } from '@firstline/core';
import type { Message } from 'grammy/types';
import { fileUrlOf } from './outbound-parts';

/** Longest type of a file that is passed on; senders name it themselves. */
const MAX_MIME_TYPE = 255;

interface TelegramFile {
  readonly file_id: string;
  readonly file_size?: number;
  readonly mime_type?: string;
}

/** What a message says in words: its text or caption, or what a sticker, a contact or a place can be put into. */
export function wordsOf(message: Message): string {
  const { text, caption, sticker, contact, venue, location } = message;
  if (text !== undefined) return text;
  if (caption !== undefined) return caption;
  if (sticker !== undefined) return sticker.emoji ?? '';
  if (contact !== undefined) {
    const { first_name: first, last_name: last, phone_number: phone } = contact;
    return [first, last, phone].filter((part) => part !== undefined && part !== '').join(' ');
  }
  if (venue !== undefined) return `${venue.title}, ${venue.address}`;
  if (location !== undefined) return `${location.latitude}, ${location.longitude}`;
  return '';
}

/**
 * Files of a message. Their `url` is `telegram:file/<file_id>`: the content is behind the bot's token, and only
 * `download` of the transport gets it. A sticker is a mood and no file that anybody asked for.
 */
export function attachmentsOf(message: Message): readonly Attachment[] {
  const { photo, animation, document, video, video_note: videoNote, audio, voice } = message;
  // Telegram lists the sizes of a photo, each of them a file of its own.
  const largest = photo?.reduce((best, size) => (size.width > best.width ? size : best));
  const found: (readonly [Attachment['kind'], TelegramFile | undefined])[] = [
    ['image', largest && { ...largest, mime_type: 'image/jpeg' }],
    ['video', animation ?? video ?? videoNote],
    ['audio', audio ?? voice],
    // An animation is listed as a document too.
    ['document', animation === undefined ? document : undefined],
  ];
  return found.flatMap(([kind, file]) => (file === undefined ? [] : [attachment(kind, file)]));
}

function attachment(
  kind: Attachment['kind'],
  { file_id: id, file_size: size, mime_type: type }: TelegramFile,
): Attachment {
  // Pictures are often sent as files, so that they are not made smaller.
  const isImage = kind === 'document' && type?.startsWith('image/') === true;
  return {
    kind: isImage ? 'image' : kind,
    url: fileUrlOf(id),
    ...(type !== undefined && type.length <= MAX_MIME_TYPE && { mimeType: type }),
    ...(size !== undefined && { size }),
  };
}
