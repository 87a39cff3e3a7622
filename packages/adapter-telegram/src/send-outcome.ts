import type { OutcomeClass, SendOutcome } from '@firstline/core';
import type { TelegramFault } from './telegram-fault';

interface Verdict {
  readonly class: OutcomeClass;
  readonly code: string;
  readonly scope?: 'transport';
}

const off = (code: string): Verdict => ({ class: 'off', code });
const park = (code: string): Verdict => ({ class: 'park', code });
const TOKEN_REFUSED: Verdict = { class: 'config', code: 'token_refused', scope: 'transport' };

/** By status and Telegram's own words, as its server spells them; asked in order. */
const REFUSALS: readonly (readonly [number, RegExp, Verdict])[] = [
  [403, /blocked by the user/i, off('blocked')],
  [403, /user is deactivated/i, off('user_deactivated')],
  [403, /kicked from/i, off('kicked')],
  [403, /not a member/i, off('not_a_member')],
  [403, /chat was deleted/i, off('chat_deleted')],
  [403, /can't initiate conversation/i, off('never_started')],
  [403, /can't send messages to (bots|the bot)/i, off('is_a_bot')],
  [403, /./, off('forbidden')],
  [
    400,
    /chat not found|PEER_ID_INVALID|user not found|USER_ID_INVALID|CHANNEL_(INVALID|PRIVATE)/i,
    off('chat_not_found'),
  ],
  [
    400,
    /CHAT_WRITE_FORBIDDEN|CHAT_SEND_PLAIN_FORBIDDEN|CHAT_RESTRICTED|have no rights to send/i,
    off('write_forbidden'),
  ],
  [400, /not enough rights|CHAT_ADMIN_REQUIRED|administrator rights/i, off('write_forbidden')],
  [400, /group chat was deactivated|INPUT_USER_DEACTIVATED/i, off('chat_deleted')],
  [400, /message thread not found|TOPIC_(CLOSED|DELETED)/i, off('topic_closed')],
  [400, /too long/i, park('too_long')],
  [400, /is empty/i, park('empty')],
  [413, /./, park('too_long')],
  [401, /./, TOKEN_REFUSED],
  [404, /./, TOKEN_REFUSED],
  // A bot API server of one's own that serves other bots.
  [421, /./, TOKEN_REFUSED],
];

/** What an attempt to send came to, by the fault matrix; see the README for the table. */
export function sendOutcome(fault: TelegramFault): SendOutcome {
  const { status, retryAfterMs, migratedTo } = fault;
  const told = status === null ? {} : { status };
  if (fault.description === '' && status !== null && status < 500) return strangersOutcome(fault, status);
  if (migratedTo !== null) return { class: 'retry', code: 'migrated', ...told, movedTo: { chatId: migratedTo } };
  if (status === 429) {
    // Whether the chat or the bot is meant is not said, and going on elsewhere is what makes the pauses longer.
    const pause = retryAfterMs === null ? {} : { retryAfterMs };
    return { class: 'cool', code: 'http_429', ...told, ...pause, scope: 'transport' };
  }
  if (fault.maybeDone) return { class: 'unknown', code: fault.code, ...told };
  if (status === null) return { class: 'retry', code: fault.code };
  const detail = shownWords(fault.description);
  const shown = detail === null ? {} : { detail };
  const verdict = REFUSALS.find(([of, words]) => of === status && words.test(fault.description));
  if (verdict !== undefined) return { ...verdict[2], ...told, ...shown };
  // Read and refused, and the same message will be refused again.
  if (status === 400) return { class: 'park', code: 'http_400', ...told, ...shown };
  return { class: 'retry', code: fault.code, ...told, ...shown, ...(retryAfterMs !== null && { retryAfterMs }) };
}

/** A proxy or a portal stands in the way; what it says of the chat means nothing. */
function strangersOutcome({ code, retryAfterMs }: TelegramFault, status: number): SendOutcome {
  const pause = retryAfterMs === null ? {} : { retryAfterMs };
  if (status === 429) return { class: 'cool', code, status, ...pause, scope: 'transport' };
  if (status === 413) return { class: 'park', code: 'too_long', status };
  if (status < 300) return { class: 'unknown', code, status };
  return { class: 'config', code, status, scope: 'transport' };
}

/** Telegram refused how the text looks, not the text. */
export function refusesEntities({ status, description }: TelegramFault): boolean {
  return status === 400 && /can't parse (entit|message ?entit)|ENTITY_|ENTITIES_/i.test(description);
}

/** Telegram could not get the file, or it is not what it was sent as. */
export function refusesFile({ status, description }: TelegramFault): boolean {
  return (
    status === 400 &&
    /HTTP URL|URL host|upload file by URL|web page content|file identifier|file_id|file is too big|wrong (remote )?file|PHOTO_|IMAGE_PROCESS|WEBPAGE_|VIDEO_|AUDIO_|DOCUMENT_|type of file/i.test(
      description,
    )
  );
}

/** Telegram's words where they say nothing of what was sent: its errors quote the text that they complain about. */
function shownWords(description: string): string | null {
  const words = /^[A-Z][a-z]+(?: [A-Z][a-z]+)*: ((?:can't|[\w ,;-]){1,100})$/.exec(description);
  return words?.[1] ?? null;
}
