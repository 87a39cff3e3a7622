import { FirstlineError } from '../errors';
import type { Conversation } from '../model/conversation';
import type { Attachment, Message } from '../model/message';
import type { Note } from '../model/note';
import { redactor, type RedactOptions } from './redaction/redact';
import { markdownTranscript, textTranscript, type TranscriptSheet } from './transcript-formats';

export interface TranscriptInput {
  readonly conversation: Conversation;
  /** In any order. */
  readonly messages: readonly Message[];
  /** Only to be given where people of the firm read it; each is marked as internal. Default: none. */
  readonly notes?: readonly Note[];
  /** BCP 47, of the times only. Default: `2026-01-31 18:05:00`, the same for all. */
  readonly locale?: string;
  /** Of the IANA database. Default UTC. */
  readonly timeZone?: string;
  /** What clients and people wrote, attachments and the client's id go through `redact`. Default: nothing does. */
  readonly redact?: RedactOptions;
  readonly format: 'text' | 'markdown';
}

const LINE_END = /\r\n?|[\n\v\f\u0085\u2028\u2029]/;
// What would move the cursor, colour a terminal or turn the direction of what is read; the tab stays.
// eslint-disable-next-line no-control-regex
const INVISIBLE = /[\u0000-\u0008\u000e-\u001f\u007f-\u0084\u0086-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;

/**
 * A conversation to read, print or hand over: who said what when, in order, with people's notes at their time. Equal for
 * equal input. Whatever a client writes stays within the entry it was written in: its lines are indented, or quoted and
 * escaped, and nothing of it can begin where an entry begins.
 *
 * @throws FirstlineError `invalid_input` when there is no such locale or time zone
 */
export function transcript(input: TranscriptInput): string {
  const { conversation, redact } = input;
  const veil = redact === undefined ? (text: string): string => text : redactor(redact);
  const time = clockFace(input.locale, input.timeZone ?? 'UTC');
  const { channel, closedAt } = conversation;
  const sheet: TranscriptSheet = {
    id: oneLine(conversation.id),
    facts: [
      ['Client', oneLine(veil(conversation.clientId))],
      ['Channel', channel === null ? 'none' : oneLine(channel.transport)],
      ['Opened', time(conversation.createdAt)],
      ['Closed', closedAt === null ? 'no' : time(closedAt)],
      ['Time zone', input.timeZone ?? 'UTC'],
    ],
    entries: inOrder(input.messages, input.notes ?? []).map((one) => ({
      time: time(one.createdAt),
      lines: linesOf(veil(one.text)),
      ...('seq' in one
        ? {
            seq: one.seq,
            speaker: speaker(one),
            attachments: one.attachments.map((file) => attachment(file, veil)),
          }
        : { seq: null, speaker: `internal note of ${oneLine(one.operatorId)}`, attachments: [] }),
    })),
  };
  return input.format === 'markdown' ? markdownTranscript(sheet) : textTranscript(sheet);
}

/** Messages by number, whatever their times say; each note before the first message that is later than it. */
function inOrder(messages: readonly Message[], notes: readonly Note[]): (Message | Note)[] {
  const waiting = notes.toSorted((a, b) => a.createdAt - b.createdAt);
  const ordered: (Message | Note)[] = [];
  for (const message of messages.toSorted((a, b) => a.seq - b.seq)) {
    const later = waiting.findIndex((note) => note.createdAt >= message.createdAt);
    ordered.push(...waiting.splice(0, later < 0 ? waiting.length : later), message);
  }
  return [...ordered, ...waiting];
}

function speaker(message: Message): string {
  if (message.direction === 'inbound') return message.automated ? 'client (automated)' : 'client';
  if (message.type !== 'operator') return `bot (${message.type})`;
  return message.operatorId === null ? 'operator' : `operator ${oneLine(message.operatorId)}`;
}

function attachment({ kind, url }: Attachment, veil: (text: string) => string): readonly [string, string] {
  return [kind, oneLine(veil(url))];
}

function linesOf(text: string): readonly string[] {
  return text === '' ? [] : text.split(LINE_END).map((line) => line.replace(INVISIBLE, '').trimEnd());
}

function oneLine(text: string): string {
  return linesOf(text).join(' ').trim();
}

/** With the distance from UTC, as an hour comes twice when summer time ends. */
function clockFace(locale: string | undefined, timeZone: string): (at: number) => string {
  try {
    if (locale !== undefined) {
      const format = new Intl.DateTimeFormat(locale, { timeZone, dateStyle: 'medium', timeStyle: 'long' });
      return (at) => format.format(at);
    }
    const format = new Intl.DateTimeFormat('en-US', {
      ...{ timeZone, calendar: 'gregory', numberingSystem: 'latn', hourCycle: 'h23', timeZoneName: 'longOffset' },
      ...{ year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit' },
    });
    return (at) => {
      const part = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
      // Greenwich is `GMT` to some versions of ICU and `GMT+00:00` to others.
      const zone = part['timeZoneName']?.replace('GMT', 'UTC').replace('+00:00', '');
      return `${part['year']}-${part['month']}-${part['day']} ${part['hour']}:${part['minute']}:${part['second']} ${zone}`;
    };
  } catch (cause) {
    const message = 'locale, timeZone: expected a BCP 47 tag such as "en" and a zone such as "Europe/Berlin"';
    throw new FirstlineError('invalid_input', message, { path: 'timeZone', cause });
  }
}
