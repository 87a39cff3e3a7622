// The guards of what people owe a client, by which time, and the tests that must fail without them.
import { source } from './guards-apply.mjs';

const people = (pattern) => ({ file: 'packages/core/test/people.test.ts', pattern });

export const peopleGuards = [
  {
    id: 'business-time',
    mode: '18',
    what: 'only open hours count',
    edits: [
      source(
        'policies/hours/business-time.ts',
        'if (calendar.alwaysOpen) return from + ms;',
        'if (from > 0) return from + ms;',
      ),
    ],
    tests: people('18: service clocks'),
  },
  {
    id: 'pauses',
    mode: '18',
    what: 'the clock stands while the answer is the client’s to give',
    edits: [
      source('policies/hours/service-level.ts', 'of pausesBefore(input.pauses, end)', 'of pausesBefore([], end)'),
    ],
    tests: people('18: service clocks'),
  },
  {
    id: 'clock-stops',
    mode: '18',
    what: 'nothing runs after the end',
    edits: [source('policies/hours/service-level.ts', 'const end = metAt ?? input.now;', 'const end = input.now;')],
    tests: people('18: service clocks'),
  },
  {
    id: 'summer-time',
    mode: '18',
    what: 'hours are those of the zone, not of an offset',
    edits: [
      source(
        'policies/hours/open-spans.ts',
        'date.toZonedDateTime(timeZone).epochMilliseconds',
        "date.toZonedDateTime(timeZone && '+01:00').epochMilliseconds",
      ),
    ],
    tests: people('18: service clocks'),
  },
  {
    id: 'lunch',
    mode: '18',
    what: 'a day may have several intervals',
    edits: [
      source(
        'policies/hours/open-spans.ts',
        'for (const interval of hours) {',
        'for (const interval of [{ fromMinute: hours[0].fromMinute, toMinute: hours.at(-1).toMinute }]) {',
      ),
    ],
    tests: people('18: service clocks'),
  },
  {
    id: 'new-clock',
    mode: '18',
    what: 'whoever comes back after the end opens a ticket of its own',
    edits: [source('runtime/new-ticket.ts', 'createdAt: now,', 'createdAt: now - 360_000_000,')],
    tests: people('18: service clocks'),
  },
  {
    id: 'silent-person',
    mode: '–',
    what: 'a person who owns a conversation owes a word by a time',
    edits: [
      source(
        'policies/hours/attendance.ts',
        'return people.silentAfterMs === null ? null :',
        'return now > 0 ? null :',
      ),
    ],
    tests: people('a person who takes a conversation and says nothing'),
  },
  {
    id: 'claimed-and-silent',
    mode: '–',
    what: 'whoever takes a ticket owes a word by a time',
    edits: [
      source(
        'runtime/tickets.ts',
        'attendBy: assignee === null ? null : attendBy(policy.people, now)',
        'attendBy: assignee === null || now > 0 ? null : attendBy(policy.people, now)',
      ),
    ],
    tests: people('a person who takes a ticket and says nothing'),
  },
  {
    id: 'raised-priority',
    mode: '–',
    what: 'what is worse than what opened the ticket raises its priority',
    edits: [
      source(
        'runtime/raised-ticket.ts',
        'return higher === ticket.priority ? null :',
        'return higher !== null ? null :',
      ),
    ],
    tests: { file: 'packages/core/test/acknowledgement.test.ts', pattern: 'while a person is on the way' },
  },
];
