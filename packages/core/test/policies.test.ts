import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Conversation, Delivery, Reminder, SendOutcome } from '../src/index';
import { parseDuration } from '../src/index';
import { canonicalJson } from '../src/model/json';
import { cleanText } from '../src/policies/clean-text';
import { deliveryVerdict } from '../src/policies/delivery-gate';
import { remindVerdict } from '../src/policies/reminders';
import { newEndpoint } from '../src/policies/endpoint';
import { retryVerdict } from '../src/policies/retry';
import { CHANNEL, desk } from './support/fixture';

const MINUTE = 60_000;
const NOW = 1_000 * MINUTE;

const conversation: Conversation = {
  ...{ tenant: 't', id: 'v', clientId: 'c', channel: CHANNEL, locale: 'en', owner: 'bot', status: 'open' },
  ...{ operatorId: null, ticketId: null, awaiting: null, lastSeq: 2, createdAt: 0, lastInboundAt: 0 },
  ...{ lastOutboundAt: 0, closedAt: null, attendBy: null, version: 1 },
};
const delivery: Delivery = {
  ...{ tenant: 't', id: 'd', messageId: 'm', conversationId: 'v', clientId: 'c', transport: 'fake', type: 'bot_auto' },
  ...{ seq: 2, status: 'pending', reason: null, attempts: 1, attemptsThisRun: 0, nextAttemptAt: 0, expiresAt: null },
  ...{ createdAt: NOW, settledAt: null },
};
const reminder: Reminder = {
  ...{ tenant: 't', id: 'r', conversationId: 'v', episode: 'm', episodeAt: NOW - 15 * MINUTE, step: 0, scenario: 'S' },
  ...{ dueAt: NOW, status: 'pending', reason: null, messageId: null, createdAt: NOW - 15 * MINUTE, settledAt: null },
};

describe('delivery gate', () => {
  it('lets only a person speak once a person owns the conversation', () => {
    const human: Conversation = { ...conversation, owner: 'human' };
    for (const type of ['greeting', 'bot_auto', 'escalation_notice', 'reminder'] as const) {
      expect(deliveryVerdict({ ...delivery, type }, human, NOW)).toMatchObject({
        action: 'settle',
        reason: 'taken_over',
      });
    }
    expect(deliveryVerdict({ ...delivery, type: 'operator' }, human, NOW)).toEqual({ action: 'send' });
  });

  it('drops a reminder that was answered or resolved, and anything past its expiry', () => {
    const one: Delivery = { ...delivery, type: 'reminder' };
    expect(deliveryVerdict(one, conversation, NOW)).toEqual({ action: 'send' });
    expect(deliveryVerdict(one, { ...conversation, lastInboundAt: NOW }, NOW)).toMatchObject({
      reason: 'client_answered',
    });
    expect(deliveryVerdict(one, { ...conversation, status: 'closed' }, NOW)).toMatchObject({ reason: 'resolved' });
    expect(deliveryVerdict({ ...one, expiresAt: NOW - 1 }, conversation, NOW)).toMatchObject({ status: 'expired' });
    expect(deliveryVerdict({ ...one, expiresAt: NOW }, conversation, NOW)).toEqual({ action: 'send' });
  });
});

describe('reminder policy', () => {
  const policy = {
    ladderMs: [15, 30, 24 * 60].map((minutes) => minutes * MINUTE),
    maxLatenessMs: 60 * MINUTE,
    handOverAfterMs: 24 * 60 * MINUTE,
  };

  it('sends, and plans the next step from the beginning of the silence', () => {
    const dueAt = reminder.episodeAt + 30 * MINUTE;
    expect(remindVerdict(reminder, conversation, policy, NOW)).toEqual({ action: 'send', next: { step: 1, dueAt } });
  });

  it.each([
    ['taken_over', { owner: 'human' }],
    ['resolved', { status: 'closed' }],
    ['escalated', { status: 'waiting_on_person' }],
    ['incident', { status: 'waiting_on_incident' }],
    ['client_answered', { lastInboundAt: NOW - MINUTE }],
  ] as const)('says nothing when the conversation is %s', (reason, change) => {
    const verdict = remindVerdict(reminder, { ...conversation, ...change }, policy, NOW);
    expect(verdict).toEqual({ action: 'settle', status: 'cancelled', reason, next: null });
  });

  it('never plans two reminders for the same moment, however late it is', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3 * 24 * 60 }), (late) => {
        const now = NOW + late * MINUTE;
        const verdict = remindVerdict(reminder, conversation, policy, now);
        if (verdict.action === 'send') {
          expect(late).toBeLessThanOrEqual(60);
          if (verdict.next !== null) expect(verdict.next.dueAt).toBeGreaterThan(now);
        } else {
          expect(verdict).toMatchObject({ status: 'expired' });
        }
      }),
    );
  });
});

describe('retry policy', () => {
  const policy = {
    ladderMs: [5_000, 300_000],
    jitter: 0.2,
    maxRetryAfterMs: 3_600_000,
    maxAgeMs: 9e9,
    concurrency: 1,
    perEndpoint: 8,
    lateAfterMs: 300_000,
  };
  const verdict = (outcome: SendOutcome, more: Partial<Delivery> = {}) =>
    retryVerdict({ ...delivery, ...more }, outcome, policy, NOW);

  it('walks the ladder with jitter, and ends dead', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.integer({ min: 0, max: 1 }), (id, step) => {
        const { status, nextAttemptAt } = verdict({ class: 'retry', code: 'x' }, { id, attemptsThisRun: step });
        const pause = policy.ladderMs[step] ?? 0;
        expect(status).toBe('pending');
        expect(nextAttemptAt - NOW).toBeGreaterThanOrEqual(pause * 0.8);
        expect(nextAttemptAt - NOW).toBeLessThanOrEqual(pause * 1.2);
      }),
    );
    expect(verdict({ class: 'retry', code: 'http_500' }, { attemptsThisRun: 2 })).toMatchObject({
      status: 'dead',
      reason: 'http_500',
    });
  });

  it('spreads a burst: different deliveries wait differently', () => {
    const pauses = new Set(
      Array.from({ length: 20 }, (_, index) => verdict({ class: 'retry' }, { id: `d${index}` }).nextAttemptAt),
    );
    expect(pauses.size).toBeGreaterThan(15);
  });

  it('waits at least as long as asked, up to the cap, and never sends after the expiry', () => {
    expect(verdict({ class: 'retry', retryAfterMs: 60_000 }).nextAttemptAt).toBe(NOW + 60_000);
    expect(verdict({ class: 'cool', retryAfterMs: 60_000 }).nextAttemptAt).toBeGreaterThanOrEqual(NOW + 60_000);
    expect(verdict({ class: 'cool', retryAfterMs: 9e9 }).nextAttemptAt).toBeLessThanOrEqual(NOW + 1.2 * 3_600_000);
    expect(verdict({ class: 'cool', retryAfterMs: 1_000 }).nextAttemptAt).toBeGreaterThanOrEqual(NOW + 5_000);
    expect(verdict({ class: 'cool' })).toMatchObject({ status: 'pending', counts: false });
    expect(verdict({ class: 'retry' }, { expiresAt: NOW + 1_000 })).toMatchObject({ status: 'expired' });
  });

  it('knows what is final', () => {
    expect(verdict({ class: 'ok' })).toMatchObject({ status: 'sent', reason: null });
    expect(verdict({ class: 'park', code: 'http_400' })).toMatchObject({ status: 'dead', reason: 'http_400' });
    expect(verdict({ class: 'config', code: 'http_401' })).toMatchObject({ status: 'pending', counts: true });
  });

  it('keeps what was sent to a place that is gone, as long as the ladder allows', () => {
    expect(verdict({ class: 'off', code: 'http_410' })).toMatchObject({
      status: 'pending',
      reason: 'http_410',
      counts: true,
    });
    expect(verdict({ class: 'off', code: 'http_410' }, { attemptsThisRun: 2 })).toMatchObject({ status: 'dead' });
  });

  it('says once more what may not have arrived, marked, and to many at once not at all', () => {
    const unknown = { class: 'unknown', code: 'timeout' } as const;
    for (const type of ['bot_auto', 'greeting', 'escalation_notice', 'reminder', 'operator'] as const) {
      expect(verdict(unknown, { type })).toMatchObject({ status: 'pending', possibleDuplicate: true, counts: true });
      expect(verdict(unknown, { type, possibleDuplicate: true })).toMatchObject({
        status: 'unknown',
        reason: 'timeout',
      });
    }
    for (const type of ['incident_notice', 'incident_resolved'] as const) {
      expect(verdict(unknown, { type })).toMatchObject({ status: 'unknown' });
    }
    expect(verdict(unknown, { attemptsThisRun: 2 })).toMatchObject({ status: 'unknown' });
  });

  it('waits longer each time a receiver asks for a pause without saying for how long, up to an hour', () => {
    const row = newEndpoint('default', 'fake:1', 'fake', NOW);
    const pauses = [0, 1, 2, 3, 4, 5, 6, 7].map((cooldowns) => {
      const { nextAttemptAt } = retryVerdict(delivery, { class: 'cool' }, { ...policy, jitter: 0 }, NOW, {
        ...row,
        cooldowns,
      });
      return (nextAttemptAt - NOW) / 60_000;
    });
    expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
  });
});

describe('text cleaning', () => {
  it('is idempotent, normalised and free of control characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        const clean = cleanText(text);
        expect(cleanText(clean)).toBe(clean);
        expect(clean.normalize('NFC')).toBe(clean);
        expect(clean.isWellFormed()).toBe(true);
        // eslint-disable-next-line no-control-regex
        expect(clean).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f]| {2}|\n{3}|^\s|\s$/);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('small things', () => {
  it('durations have units or are milliseconds', () => {
    const read = ['15m', '1.5h', '500ms', '1d', 250, '0s'].map(parseDuration);
    expect(read).toEqual([900_000, 5_400_000, 500, 86_400_000, 250, 0]);
    for (const bad of ['15', 'm', '-1s', -1, Number.NaN, null, '1 week', '1y']) expect(parseDuration(bad)).toBeNull();
  });

  it('canonical JSON does not depend on the order of keys', () => {
    expect(canonicalJson({ b: [1, { d: null, c: 'x' }], a: true })).toBe('{"a":true,"b":[1,{"c":"x","d":null}]}');
  });

  it('a takeover cancels what is pending at once, before anything is sent', async () => {
    const one = desk();
    const { conversationId } = await one.engine.receive({ clientId: 'c', text: 'referral', channel: CHANNEL });
    await one.engine.operators.takeOver(conversationId);
    expect((await one.engine.stats()).deliveries).toMatchObject({ pending: 0, cancelled: 2 });
  });
});
