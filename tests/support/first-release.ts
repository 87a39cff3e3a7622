import { channelKey, type Channel } from '../../packages/core/src/model/channel';

const MINUTE = 60_000;
const DAY = 86_400_000;
export const CHANNEL: Channel = { transport: 'fake', address: { to: 'somewhere' } };

/** The tables as the first release made them. */
interface Row {
  readonly into: string;
  readonly values: Readonly<Record<string, string | number | null>>;
}

/**
 * What a desk of the first release may have left behind at `now`: somebody who was answered, with a reminder that is due in a
 * minute; somebody whose message nobody has decided and whose last answer is not delivered; and somebody who waits for a person.
 */
export function leftByTheFirstRelease(now: number): readonly Row[] {
  return [...answered('answered', now), ...waiting('waiting', now), ...escalated('escalated', now), ...events(now)];
}

function conversation(name: string, now: number, more: Row['values']): Row[] {
  const common = { tenant: 'default', created_at: now - 5 * MINUTE, version: 3 };
  return [
    {
      into: 'clients',
      values: { ...common, id: name, locale: 'en', greeted_at: now - 5 * MINUTE, recent: '[]' },
    },
    {
      into: 'conversations',
      values: {
        ...common,
        ...{ id: `conversation ${name}`, client_id: name, locale: 'en', owner: 'bot', status: 'open', last_seq: 2 },
        ...{ channel: JSON.stringify(CHANNEL), channel_key: channelKey(CHANNEL), inbound_count: 1 },
        ...{ last_inbound_at: now - 5 * MINUTE, last_outbound_at: now - 5 * MINUTE, active_on: Math.floor(now / DAY) },
        ...more,
      },
    },
  ];
}

function question(name: string, seq: number, now: number, decided: boolean): Row[] {
  const id = `question ${seq} of ${name}`;
  return [
    {
      into: 'messages',
      values: {
        ...{ tenant: 'default', id, conversation_id: `conversation ${name}`, client_id: name, seq },
        ...{ direction: 'inbound', text: 'referral', attachments: '[]', automated: 0, created_at: now - 5 * MINUTE },
        ...{ in_turn: 0, decided_at: decided ? now - 5 * MINUTE : null, idempotency_key: `key of ${id}` },
        ...{ decision_id: decided ? `decision of ${name}` : null },
      },
    },
    {
      into: 'idempotency_keys',
      values: { tenant: 'default', key: `key of ${id}`, fingerprint: 'unknown', message_id: id },
    },
  ];
}

function answer(name: string, now: number, status: 'sent' | 'pending'): Row[] {
  const id = `answer of ${name}`;
  const common = { tenant: 'default', conversation_id: `conversation ${name}`, client_id: name, seq: 2 };
  const record = {
    id: `decision of ${name}`,
    messageId: `question 1 of ${name}`,
    conversationId: common.conversation_id,
  };
  return [
    {
      into: 'messages',
      values: {
        ...{ ...common, id, direction: 'outbound', text: 'Bring a friend.', created_at: now - 5 * MINUTE },
        ...{ decision_id: `decision of ${name}`, type: 'bot_auto', send_at: now - 5 * MINUTE, locale: 'en' },
      },
    },
    {
      into: 'decisions',
      values: {
        ...{ tenant: 'default', id: record.id, message_id: record.messageId, trigger: 'message', outcome: 'answered' },
        record: JSON.stringify({ ...record, trigger: 'message', outcome: 'answered', reasons: ['answered'] }),
      },
    },
    {
      into: 'deliveries',
      values: {
        ...{ ...common, id: `delivery of ${name}`, message_id: id, transport: 'fake', type: 'bot_auto', status },
        ...{ attempts: 1, attempts_this_run: 1, next_attempt_at: now - MINUTE, created_at: now - 5 * MINUTE },
        settled_at: status === 'sent' ? now - 5 * MINUTE : null,
      },
    },
    {
      into: 'delivery_attempts',
      values: {
        ...{ tenant: 'default', delivery_id: `delivery of ${name}`, number: 1, started_at: now - 5 * MINUTE },
        ...{ finished_at: now - 5 * MINUTE, outcome: status === 'sent' ? 'ok' : 'retry' },
      },
    },
  ];
}

function lane(name: string, kind: string, readyAt: number): Row {
  const conversationId = `conversation ${name}`;
  return {
    into: 'due_work',
    values: { tenant: 'default', kind, conversation_id: conversationId, ready_at: readyAt, claims: 0 },
  };
}

function answered(name: string, now: number): Row[] {
  const reminder = {
    ...{ tenant: 'default', id: 'reminder', conversation_id: `conversation ${name}`, episode: `answer of ${name}` },
    ...{ episode_at: now - 5 * MINUTE, step: 0, scenario: 'REFERRAL', due_at: now + MINUTE, status: 'pending' },
    created_at: now - 5 * MINUTE,
  };
  return [
    ...conversation(name, now, {}),
    ...question(name, 1, now, true),
    ...answer(name, now, 'sent'),
    { into: 'reminders', values: reminder },
    lane(name, 'remind', now + MINUTE),
  ];
}

function waiting(name: string, now: number): Row[] {
  return [
    ...conversation(name, now, { last_seq: 3, inbound_count: 2 }),
    ...question(name, 1, now, true),
    ...answer(name, now, 'pending'),
    ...question(name, 3, now, false),
    lane(name, 'deliver', now - MINUTE),
    lane(name, 'process', now - MINUTE),
  ];
}

function escalated(name: string, now: number): Row[] {
  const ticket = {
    ...{ tenant: 'default', id: 'ticket', conversation_id: `conversation ${name}`, client_id: name, attachments: '[]' },
    ...{ rule: 'asks-for-human', reason: 'asks for a person', priority: 'high', status: 'open', repeats: 0 },
    ...{ pauses: '[]', breaches: '[]', created_at: now - 5 * MINUTE, updated_at: now - 5 * MINUTE },
  };
  return [
    ...conversation(name, now, {
      status: 'waiting_on_person',
      ticket_id: 'ticket',
      last_seq: 1,
      last_outbound_at: null,
    }),
    ...question(name, 1, now, true),
    { into: 'tickets', values: ticket },
  ];
}

function events(now: number): Row[] {
  return [1, 2, 3].map((seq) => ({
    into: 'events',
    values: { tenant: 'default', seq, type: 'message.received', at: now - 5 * MINUTE, data: '{}' },
  }));
}
