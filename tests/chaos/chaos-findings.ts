import type { Delivery, FeedEvent, Message, Storage } from '@firstline/core';
import { expect } from 'vitest';
import { MESSAGES_EACH, type ChaosPlan, type Saying } from './chaos-plan';
import type { ChaosFleet } from './chaos-fleet';
import type { ChaosReceiver } from './chaos-receiver';

const TENANT = 'default';

/** Whether all that was said is decided and delivered. */
export async function isQuiet(storage: Storage): Promise<boolean> {
  const { work, deliveries } = await storage.counts({ tenant: TENANT, now: Date.now() });
  // A delivery that waits for its next attempt is pending, though nothing is due.
  return work.process === 0 && work.deliver === 0 && deliveries.pending === 0;
}

/** What there still is to do, for the message of a test that waited in vain: states and codes, no texts. */
export async function whatIsLeft(storage: Storage): Promise<string> {
  const { work, deliveries } = await storage.counts({ tenant: TENANT, now: Date.now() });
  const { items } = await storage.deliveries({ tenant: TENANT, status: 'pending', limit: 5 });
  const first = items.map(
    ({ attempts, reason, nextAttemptAt }) => `${attempts} attempts, ${reason}, due in ${nextAttemptAt - Date.now()} ms`,
  );
  return `due lanes ${JSON.stringify(work)}, deliveries ${JSON.stringify(deliveries)}; pending: ${first.join('; ')}`;
}

/** Looks at everything that is stored and everything that arrived. Resolves to the number of repeats under known ids. */
export async function checkFindings(
  plan: ChaosPlan,
  sayings: readonly Saying[],
  fleet: ChaosFleet,
  receiver: ChaosReceiver,
  storage: Storage,
): Promise<number> {
  expect(fleet.contradictions, 'one id a message').toEqual([]);
  expect(fleet.stored.size, 'every message was acknowledged').toBe(sayings.length);
  const messages = await messagesOf(plan, storage);
  const inbound = messages.filter((message) => message.direction === 'inbound');
  expect(inbound.map(({ text }) => text).sort(), 'none is lost, none is there twice').toEqual(
    sayings.map(({ text }) => text).sort(),
  );
  expect(
    inbound.filter(({ decidedAt }) => decidedAt === null),
    'none is left undecided',
  ).toEqual([]);
  await checkDecidedOnce(inbound, storage);
  checkGreetings(plan, messages, receiver);
  const { items: tickets } = await storage.tickets({ tenant: TENANT, limit: 500 });
  const asking = sayings.filter(({ text }) => text.includes('human')).length;
  expect(tickets.length, 'one ticket for each who asked for a person').toBe(asking);
  return checkDelivered(messages, receiver, storage);
}

async function messagesOf({ clients }: ChaosPlan, storage: Storage): Promise<Message[]> {
  const messages: Message[] = [];
  for (let client = 0; client < clients; client += 1) {
    const clientId = `c${client}`;
    const { items } = await storage.conversations({ tenant: TENANT, clientId, limit: 100 });
    expect(items.length, `conversations of ${clientId}`).toBe(1);
    for (const { id: conversationId } of items) {
      const page = await storage.messages({ tenant: TENANT, conversationId, limit: 500 });
      expect(page.items.length, 'what was said and answered').toBeLessThan(4 * MESSAGES_EACH);
      messages.push(...page.items);
    }
  }
  return messages;
}

async function checkDecidedOnce(inbound: readonly Message[], storage: Storage): Promise<void> {
  const feed: FeedEvent[] = [];
  for (;;) {
    const piece = await storage.events({ tenant: TENANT, after: feed.at(-1)?.seq ?? 0, limit: 500 });
    if (piece.length === 0) break;
    feed.push(...piece);
  }
  const decided = feed.filter(({ type }) => type === 'message.decided').map(({ data }) => String(data['messageId']));
  expect(decided.sort(), 'every message is decided once').toEqual(inbound.map(({ id }) => id).sort());
}

function checkGreetings({ clients }: ChaosPlan, messages: readonly Message[], receiver: ChaosReceiver): void {
  const greetings = messages.filter((message) => message.direction === 'outbound' && message.type === 'greeting');
  expect(new Set(greetings.map(({ clientId }) => clientId)).size, 'greeted').toBe(greetings.length);
  expect(greetings.length).toBe(clients);
  const seen = new Map<string, string>();
  for (const { id, clientId, type } of receiver.arrivals.filter((arrival) => arrival.type === 'greeting')) {
    expect(seen.get(clientId) ?? id, `a second ${type} of ${clientId}`).toBe(id);
    seen.set(clientId, id);
  }
}

async function checkDelivered(
  messages: readonly Message[],
  receiver: ChaosReceiver,
  storage: Storage,
): Promise<number> {
  const outbound = messages.filter(({ direction }) => direction === 'outbound');
  const deliveries = await deliveriesIn(storage);
  expect(deliveries.map(({ messageId }) => messageId).sort(), 'one delivery a message').toEqual(
    outbound.map(({ id }) => id).sort(),
  );
  const idOf = new Map(deliveries.map(({ id, messageId }) => [messageId, id]));
  expect(
    deliveries.filter(({ status }) => status !== 'sent').map(({ id, status, attempts }) => ({ id, status, attempts })),
    'none is given up or forgotten',
  ).toEqual([]);
  const last = new Map<string, number>();
  const arrived = new Set<string>();
  for (const { id, messageId, clientId, seq } of receiver.arrivals) {
    expect(id, `${messageId} comes under one id`).toBe(idOf.get(messageId));
    if (arrived.has(id)) continue;
    arrived.add(id);
    expect(seq, `what ${clientId} gets is in order`).toBeGreaterThan(last.get(clientId) ?? 0);
    last.set(clientId, seq);
  }
  expect(arrived.size, 'all of them arrived').toBe(deliveries.length);
  return receiver.arrivals.length - arrived.size;
}

async function deliveriesIn(storage: Storage): Promise<Delivery[]> {
  const deliveries: Delivery[] = [];
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page = await storage.deliveries({ tenant: TENANT, limit: 500, ...(cursor === undefined ? {} : { cursor }) });
    deliveries.push(...page.items);
    cursor = page.cursor;
  }
  return deliveries;
}
