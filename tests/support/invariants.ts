import type { DecisionRecord, FeedEvent, Message, Reminder, Storage, Ticket } from '@firstline/core';
import { expect } from 'vitest';
import { BUILT_IN_RULES } from '../../packages/core/src/policies/escalation';
import { asks, type DeskModel } from './model';
import { TENANT, type World } from './world';

const LADDER_STEPS = 3;
const KINDS = ['process', 'deliver', 'remind', 'watch', 'announce'] as const;
/** They say nothing of the escalation rules: nobody asked them. */
const ASKED_FIRST: readonly string[] = ['human-owns', 'automated'];

/** What only happens in a conversation that goes on. */
const ALIVE: readonly string[] = [
  'message.received',
  'message.decided',
  'conversation.taken_over',
  'conversation.released',
  'conversation.unattended',
  'ticket.opened',
  'reminder.sent',
];

/** Everything that is stored of one conversation. */
interface Thread {
  readonly id: string;
  readonly messages: readonly Message[];
  readonly reminders: readonly Reminder[];
  readonly tickets: readonly Ticket[];
}

/** The promises of the design, looked at when everything has come to its end. Numbers are those of the promises. */
export async function checkInvariants(model: DeskModel, world: World): Promise<void> {
  expect(world.violations, '3 and 6, seen while it ran').toEqual([]);
  await checkNothingLost(world);
  const feed = await world.readFeed();
  checkClosedStaysClosed(feed, world);
  checkRepliesBeforeTakeover(feed, world);
  const tickets = await allTickets(world.storage);
  for (const { id: clientId } of model.clients) {
    const { items } = await world.storage.conversations({ tenant: TENANT, clientId, limit: 100 });
    const threads: Thread[] = [];
    for (const conversation of items) {
      const { id } = conversation;
      const own = tickets.filter(({ conversationId }) => conversationId === id);
      const unresolved = own.filter(({ status }) => status !== 'resolved').map((ticket) => ticket.id);
      const { status, owner, ticketId } = conversation;
      expect(unresolved.length, `open tickets of ${id}`).toBeLessThanOrEqual(1);
      if (unresolved.length > 0) expect(ticketId, `${id} knows its open ticket`).toBe(unresolved[0]);
      if (owner === 'bot')
        expect(ticketId !== null, `${id} waits if and only if it has a ticket`).toBe(status === 'waiting_on_person');
      if (status === 'waiting_on_person') expect(unresolved).toHaveLength(1);
      if (owner === 'bot' && status === 'open') expect(conversation.awaiting, `what ${id} was asked for`).toBeNull();
      const { items: messages } = await world.storage.messages({ tenant: TENANT, conversationId: id, limit: 500 });
      const reminders = await world.storage.reminders({ tenant: TENANT, conversationId: id });
      threads.push({ id, messages, reminders, tickets: own });
    }
    const said = threads.flatMap(({ messages }) => messages);
    const greetings = said.filter((message) => message.direction === 'outbound' && message.type === 'greeting');
    expect(greetings.length, `5: greetings of ${clientId}`).toBeLessThanOrEqual(1);
    for (const thread of threads) {
      await checkDecisions(thread, feed, world);
      checkReminders(thread);
    }
  }
}

/** 4: nothing is due, every delivery has ended, and its attempts are written down. */
async function checkNothingLost({ storage, transports, acknowledged }: World): Promise<void> {
  expect(await storage.nextDueAt({ tenant: TENANT, kinds: KINDS }), '4: nothing is due').toBeNull();
  for (const messageId of acknowledged) {
    expect(await storage.outcome({ tenant: TENANT, messageId }), `1: ${messageId} is stored`).not.toBeNull();
  }
  const received = new Set<string>();
  for (const { received: seen } of Object.values(transports)) {
    const last = new Map<string, number>();
    for (const { delivery } of seen) {
      received.add(delivery.id);
      expect(delivery.seq, '4: in order').toBeGreaterThan(last.get(delivery.conversationId) ?? 0);
      last.set(delivery.conversationId, delivery.seq);
    }
  }
  const messages = new Set<string>();
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page = await storage.deliveries({ tenant: TENANT, limit: 500, ...(cursor === undefined ? {} : { cursor }) });
    for (const { id, status, attempts: count, messageId } of page.items) {
      expect(status, `4: delivery ${id} has ended`).not.toBe('pending');
      if (status === 'sent') expect(received.has(id), `4: ${id} was received`).toBe(true);
      expect(messages.has(messageId), '4: one delivery per message').toBe(false);
      messages.add(messageId);
      const found = await storage.delivery({ tenant: TENANT, deliveryId: id });
      expect(
        found?.attempts.map(({ number }) => number),
        `4: attempts of ${id}`,
      ).toEqual(Array.from({ length: count }, (_, index) => index + 1));
    }
    cursor = page.cursor;
  }
}

/** 1, 2 and 9: each message is decided once, explained in full, and asking for a person leads to one. */
async function checkDecisions(
  { id, messages, tickets }: Thread,
  feed: readonly FeedEvent[],
  world: World,
): Promise<void> {
  expect(messages.map(({ seq }) => seq)).toEqual(messages.map((_, index) => index + 1));
  const decided = feed.filter(({ type, conversationId }) => type === 'message.decided' && conversationId === id);
  const inEvents = decided.flatMap(({ data }) => (data['messageIds'] ?? [data['messageId']]) as string[]);
  const inbound = messages.filter((message) => message.direction === 'inbound');
  expect([...inEvents].sort(), '1: decided once').toEqual(inbound.map((message) => message.id).sort());

  const notices = new Map<string, number>();
  const records = new Map<string, DecisionRecord>();
  for (const message of messages) {
    if (message.direction === 'outbound' && message.type === 'operator') continue;
    const record = await world.storage.decision({ tenant: TENANT, messageId: message.id });
    if (record === null) throw new Error(`2: ${message.id} has no record`);
    if (message.direction === 'outbound') {
      if (message.type !== 'escalation_notice') continue;
      // A person who stays silent is an escalation of its own, told once per ticket.
      const escalation = `${record.ticketId} ${record.rule === 'operator-silent' ? record.rule : ''}`;
      notices.set(escalation, (notices.get(escalation) ?? 0) + 1);
      continue;
    }
    records.set(record.id, record);
    expect(record.id, '2: one record').toBe(message.decisionId);
    expect(record.messageIds).toContain(message.id);
    checkExplained(record);
    const replaced = world.sent.filter(({ messageId }) => record.inputs.supersedes.includes(messageId));
    expect(replaced, 'what was replaced is not sent').toEqual([]);
    if (asks({ parts: [{ text: message.text }] }) && !message.automated) {
      const reached = record.outcome === 'escalated' || ['human-owns', 'already-escalated'].includes(record.rule);
      expect(reached, `9: ${message.id} asked for a person, decided by ${record.rule}`).toBe(true);
    }
  }
  const together = [...records.values()].flatMap(({ messageIds }) => messageIds);
  expect(together.sort(), '2: each message in one record').toEqual(inbound.map((message) => message.id).sort());
  for (const [escalation, count] of notices) expect(count, `notices of ${escalation}`).toBe(1);
  for (const { rule, reason } of tickets) expect(`${rule} ${reason}`, '8').not.toMatch(/provider|classifier|fallback/);
}

function checkExplained(record: DecisionRecord): void {
  const rules = record.rules.map(({ rule }) => rule);
  if (!ASKED_FIRST.includes(record.rule))
    expect(rules.filter((rule) => BUILT_IN_RULES.includes(rule))).toEqual(BUILT_IN_RULES);
  expect(record.rules.every(({ reason }) => reason !== '')).toBe(true);
  const fired = record.rules.filter((trace) => trace.fired).map(({ rule }) => rule);
  if (record.rule !== 'reply') expect(fired, '2: the rule that decided').toContain(record.rule);
  expect(record.classification).not.toBeNull();
}

/** 6: each step of a silence at most once and in order, and none of a row longer than the ladder. */
function checkReminders({ messages, reminders }: Thread): void {
  expect(reminders.every(({ status }) => status !== 'pending')).toBe(true);
  const steps = new Map<string, number>();
  for (const { episode, step } of reminders) {
    expect(step, '6: one step after the other').toBeGreaterThan(steps.get(episode) ?? -1);
    steps.set(episode, step);
  }
  let row = 0;
  for (const message of messages) {
    if (message.direction === 'inbound' && message.automated) continue;
    row = message.direction === 'outbound' && message.type === 'reminder' ? row + 1 : 0;
    expect(row, '6: reminders in a row').toBeLessThanOrEqual(LADDER_STEPS);
  }
}

function checkClosedStaysClosed(feed: readonly FeedEvent[], world: World): void {
  const closed = new Set<string>();
  for (const { type, conversationId } of feed) {
    if (conversationId === null) continue;
    if (closed.has(conversationId)) expect(ALIVE, `${conversationId} is closed`).not.toContain(type);
    if (type === 'conversation.closed') closed.add(conversationId);
  }
  for (const id of world.closed) expect(closed.has(id), `${id} stays closed`).toBe(true);
}

/** 3: what was decided before a takeover did not leave after it. */
function checkRepliesBeforeTakeover(feed: readonly FeedEvent[], { sent }: World): void {
  const decidedAt = new Map<string, number>();
  const takeovers = new Map<string, number[]>();
  for (const { type, seq, conversationId, data } of feed) {
    if (type === 'message.decided') for (const id of data['replies'] as string[]) decidedAt.set(id, seq);
    if (type === 'conversation.taken_over' && conversationId !== null) {
      takeovers.set(conversationId, [...(takeovers.get(conversationId) ?? []), seq]);
    }
  }
  for (const { messageId, conversationId, feedSeq } of sent) {
    const decided = decidedAt.get(messageId);
    if (decided === undefined) continue;
    const between = (takeovers.get(conversationId) ?? []).filter((seq) => seq > decided && seq <= feedSeq);
    expect(between, `3: ${messageId} was decided before a takeover and sent after it`).toEqual([]);
  }
}

async function allTickets(storage: Storage): Promise<readonly Ticket[]> {
  const tickets: Ticket[] = [];
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page = await storage.tickets({ tenant: TENANT, limit: 500, ...(cursor === undefined ? {} : { cursor }) });
    tickets.push(...page.items);
    cursor = page.cursor;
  }
  return tickets;
}
