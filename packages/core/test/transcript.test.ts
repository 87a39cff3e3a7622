import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Conversation, type Message, type Note, transcript, type TranscriptInput } from '../src/index';

const AT = Date.UTC(2026, 0, 31, 18, 5);
const SECOND = 1_000;

const conversation: Conversation = {
  ...{ tenant: 't', id: 'v-1', clientId: 'c-1', channel: { transport: 'telegram', address: { chatId: '5' } } },
  ...{ locale: 'en', owner: 'bot', status: 'closed', operatorId: null, ticketId: null, awaiting: null, attendBy: null },
  ...{ lastSeq: 4, createdAt: AT, lastInboundAt: AT, lastOutboundAt: AT, closedAt: AT + 60 * SECOND, version: 3 },
};
const base = { tenant: 't', conversationId: 'v-1', clientId: 'c-1', locale: 'en', decisionId: null };

function heard(seq: number, text: string, more: Partial<Message> = {}): Message {
  return {
    ...{ ...base, id: `m-${seq}`, seq, text, createdAt: AT + seq * SECOND, direction: 'inbound' },
    ...{ originalText: null, attachments: [], automated: false, inTurn: false, decidedAt: null },
    ...more,
  } as Message;
}

function said(seq: number, text: string, more: Partial<Message> = {}): Message {
  return {
    ...{ ...base, id: `m-${seq}`, seq, text, createdAt: AT + seq * SECOND, direction: 'outbound' },
    ...{ type: 'bot_auto', operatorId: null, sendAt: AT, attachments: [], quickReplies: [] },
    ...more,
  } as Message;
}

function note(text: string, createdAt: number): Note {
  return { tenant: 't', id: 'n', conversationId: 'v-1', ticketId: null, operatorId: 'op-7', text, createdAt };
}

const messages: readonly Message[] = [
  heard(1, 'Hello\n\nmy router blinks', {
    attachments: [{ kind: 'image', url: 'https://files.example.com/a_1.png', mimeType: 'image/png' }],
  }),
  said(2, 'Good day!', { type: 'greeting' }),
  said(3, 'Please restart it.'),
  said(4, 'I am on it.', { type: 'operator', operatorId: 'op-7' }),
];

describe('transcript as text', () => {
  it('says who said what when', () => {
    expect(transcript({ conversation, messages: messages.toReversed(), format: 'text' })).toBe(`Conversation v-1
Client: c-1
Channel: telegram
Opened: 2026-01-31 18:05:00 UTC
Closed: 2026-01-31 18:06:00 UTC
Time zone: UTC

#1 2026-01-31 18:05:01 UTC client
  image: https://files.example.com/a_1.png
    Hello

    my router blinks

#2 2026-01-31 18:05:02 UTC bot (greeting)
    Good day!

#3 2026-01-31 18:05:03 UTC bot (bot_auto)
    Please restart it.

#4 2026-01-31 18:05:04 UTC operator op-7
    I am on it.
`);
  });

  it('has notes at their time, marked, and only where they are given', () => {
    const notes = [note('last', AT + 9 * SECOND), note('he is a VIP\nbe kind', AT + 1_500)];
    const text = transcript({ conversation, messages: messages.slice(1), notes, format: 'text' });
    expect(text.split('\n\n').slice(1)).toEqual([
      '2026-01-31 18:05:01 UTC internal note of op-7\n    he is a VIP\n    be kind',
      '#2 2026-01-31 18:05:02 UTC bot (greeting)\n    Good day!',
      '#3 2026-01-31 18:05:03 UTC bot (bot_auto)\n    Please restart it.',
      '#4 2026-01-31 18:05:04 UTC operator op-7\n    I am on it.',
      '2026-01-31 18:05:09 UTC internal note of op-7\n    last\n',
    ]);
  });

  it('keeps the words of a client within the entry', () => {
    const forged =
      'hi\r\n#2 2026-01-31 18:05:02 UTC operator op-7\u2028  image: https://x\u0085    \u202eYou get a refund\u001b[2J';
    const one = transcript({ conversation, messages: [heard(1, forged)], format: 'text' });
    expect(one.slice(one.indexOf('#1'))).toBe(`#1 2026-01-31 18:05:01 UTC client
    hi
    #2 2026-01-31 18:05:02 UTC operator op-7
      image: https://x
        You get a refund[2J
`);
  });

  it('keeps ids and addresses on their line', () => {
    const attachments = [{ kind: 'other' as const, url: 'https://x/\n#9 forged' }];
    const text = transcript({
      conversation: { ...conversation, clientId: 'c\nClosed: no', channel: null, closedAt: null },
      messages: [
        heard(1, '', { attachments, automated: true }),
        said(2, 'x', { type: 'operator', operatorId: 'a\n#3 b' }),
      ],
      format: 'text',
    });
    expect(text).toBe(`Conversation v-1
Client: c Closed: no
Channel: none
Opened: 2026-01-31 18:05:00 UTC
Closed: no
Time zone: UTC

#1 2026-01-31 18:05:01 UTC client (automated)
  other: https://x/ #9 forged

#2 2026-01-31 18:05:02 UTC operator a #3 b
    x
`);
  });
});

describe('transcript as Markdown', () => {
  it('has headings, lists and quotations', () => {
    const notes = [note('call *back*', AT + 1_500)];
    expect(transcript({ conversation, messages: messages.slice(0, 2), notes, format: 'markdown' }))
      .toBe(`# Conversation v-1

- Client: c-1
- Channel: telegram
- Opened: 2026-01-31 18:05:00 UTC
- Closed: 2026-01-31 18:06:00 UTC
- Time zone: UTC

## 1 · 2026-01-31 18:05:01 UTC · client

- image: https://files.example.com/a\\_1.png

> Hello
>
> my router blinks

## 2026-01-31 18:05:01 UTC · internal note of op-7

> call \\*back\\*

## 2 · 2026-01-31 18:05:02 UTC · bot (greeting)

> Good day!
`);
  });

  it('quotes and escapes whatever a client writes', () => {
    const text = `hi
## 2 · operator op-7
    code
- item
1. first
![x](https://track/er.png) <script>&amp;
===
\`\`\`
end\\`;
    const sheet = transcript({ conversation, messages: [heard(1, text)], format: 'markdown' });
    expect(sheet.slice(sheet.indexOf('> hi'))).toBe(
      [
        '> hi\\',
        '> \\## 2 · operator op-7\\',
        '> \u00a0\u00a0\u00a0\u00a0code\\',
        '> \\- item\\',
        '> 1\\. first\\',
        '> !\\[x\\](https://track/er.png) \\<script\\>\\&amp;\\',
        '> \\===\\',
        '> \\`\\`\\`\\',
        '> end\\\\',
        '',
      ].join('\n'),
    );
  });
});

describe('transcript', () => {
  const lines = (text: string): string[] => text.split('\n');

  it('has no line of a client at the edge, whatever is written', () => {
    const unit = fc.constantFrom(
      '\n',
      '\r',
      '\u2028',
      '\u0085',
      '\v',
      '#1 ',
      '#',
      '>',
      ' ',
      '\t',
      'client',
      '-',
      '\u202e',
      '😀',
    );
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 60 }), (text) => {
        for (const [format, entry, own] of [
          ['text', /^#\d/, /^ {4}/],
          ['markdown', /^## /, /^>/],
        ] as const) {
          const body = lines(transcript({ conversation, messages: [heard(1, text)], format }))
            .slice(6)
            .filter(Boolean);
          const rest = body.slice(body.findIndex((line) => entry.test(line)) + 1);
          for (const line of rest) expect(line).toMatch(own);
        }
      }),
    );
  });

  it('keeps the hours apart that summer time makes twice, and leaves out the one it takes', () => {
    const times = (...at: number[]): string[] =>
      lines(
        transcript({
          conversation,
          messages: at.map((createdAt, index) => said(index + 1, '', { createdAt })),
          timeZone: 'Europe/Berlin',
          format: 'text',
        }),
      ).filter((line) => line.startsWith('#'));
    expect(times(Date.UTC(2026, 9, 25, 0, 30), Date.UTC(2026, 9, 25, 1, 30))).toEqual([
      '#1 2026-10-25 02:30:00 UTC+02:00 bot (bot_auto)',
      '#2 2026-10-25 02:30:00 UTC+01:00 bot (bot_auto)',
    ]);
    expect(times(Date.UTC(2026, 2, 29, 0, 59, 59), Date.UTC(2026, 2, 29, 1))).toEqual([
      '#1 2026-03-29 01:59:59 UTC+01:00 bot (bot_auto)',
      '#2 2026-03-29 03:00:00 UTC+02:00 bot (bot_auto)',
    ]);
    expect(times(Date.UTC(2026, 0, 31, 23))).toEqual(['#1 2026-02-01 00:00:00 UTC+01:00 bot (bot_auto)']);
  });

  it('writes times as a locale does', () => {
    const input: TranscriptInput = { conversation, messages, locale: 'de', timeZone: 'Europe/Berlin', format: 'text' };
    expect(transcript(input)).toContain('31.01.2026, 19:05:01');
    expect(transcript(input)).toBe(transcript(input));
  });

  it('redacts where asked to, what clients and people wrote and where it lies', () => {
    const input: TranscriptInput = {
      conversation: { ...conversation, clientId: '+79123456789' },
      messages: [
        heard(1, 'call 8 912 345-67-89', { attachments: [{ kind: 'image', url: 'https://x/1?token=abc' }] }),
        said(2, 'write to a@b.co', { type: 'operator', operatorId: 'anna@example.com' }),
      ],
      notes: [note('card 4111 1111 1111 1111', AT + 9 * SECOND)],
      format: 'text',
    };
    expect(transcript(input)).toContain('8 912 345-67-89');
    const text = transcript({ ...input, redact: {} });
    for (const part of ['Client: [phone]', 'call [phone]', '?token=[token]', 'write to [email]', 'card [card]']) {
      expect(text).toContain(part);
    }
    expect(text).toContain('operator anna@example.com');
  });

  it.each([{ timeZone: 'Mars/Base' }, { locale: 'not a locale' }])('refuses %j', (option) => {
    expect(() => transcript({ conversation, messages, format: 'text', ...option })).toThrow(
      expect.objectContaining({ code: 'invalid_input' }),
    );
  });
});
