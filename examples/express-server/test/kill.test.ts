import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FeedEvent } from '@firstline/core';
import { sqliteStorage } from '@firstline/adapter-sqlite';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openReceiver, type Received, type Receiver, SECRET } from './support/receiver';
import { type Bundle, bundle, ServerProcess } from './support/server-process';
import { PASSWORD, signIn } from './support/sign-in';
import type { Json } from './support/test-server';

const CLIENTS = 20;
const MESSAGES_EACH = 10;
const ALL = CLIENTS * MESSAGES_EACH;
const TEXTS = ['Как работает реферальная программа?', 'Не работает интернет', 'Какие есть тарифы?', 'Спасибо'];
const DEADLINE_MS = 120_000;

let program: Bundle;
let folder: string;
let receiver: Receiver;
beforeAll(async () => {
  program = await bundle(new URL('./support/kill-server.ts', import.meta.url));
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'firstline-kill-')));
  receiver = await openReceiver();
});
afterAll(async () => {
  await ServerProcess.endAll();
  receiver.close();
  program.remove();
  rmSync(folder, { recursive: true });
});

/** Ids under which a request, known by its key, was acknowledged. More than one would be a message stored twice. */
const acknowledged = new Map<string, Set<string>>();

const start = (): ServerProcess =>
  new ServerProcess(program.file, {
    PORT: '0',
    DATABASE_URL: `sqlite:${folder}/kill.db`,
    WEBHOOK_SECRET: SECRET,
    ALLOW_PRIVATE_ADDRESSES: 'on',
    LOG_LEVEL: 'fatal',
    OPERATOR_PASSWORD: PASSWORD,
    JWT_SECRET: 'one secret for all runs, at least 32 bytes long',
  });

/** Posts everything, the clients side by side, each one's messages in order; `onAcknowledged` hears of each success. */
async function postAll(url: string, onAcknowledged: () => void = () => undefined): Promise<void> {
  const clients = Array.from({ length: CLIENTS }, (_, client) => client);
  await Promise.all(
    clients.map(async (client) => {
      for (let number = 0; number < MESSAGES_EACH; number += 1) {
        if (await postOne(url, client, number)) onAcknowledged();
      }
    }),
  );
}

async function postOne(url: string, client: number, number: number): Promise<boolean> {
  const key = `message-${client}-${number}`;
  const content = `${TEXTS[number % TEXTS.length]} (${number})`;
  try {
    const response = await fetch(`${url}/api/messages`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Idempotency-Key': key, 'X-Webhook-Url': receiver.url },
      body: JSON.stringify({ client_id: `client-${client}`, content }),
    });
    const body = (await response.json()) as Json;
    expect(response.status, JSON.stringify(body)).toSatisfy((status: number) => status === 200 || status === 202);
    acknowledged.set(key, (acknowledged.get(key) ?? new Set()).add(body.original_message_id as string));
    return true;
  } catch (error) {
    // The connection broke: nobody knows whether the message was stored.
    if (error instanceof TypeError) return false;
    throw error;
  }
}

/** Of the first run's operator, and good in the others too. */
let admin: Record<string, string> = {};

async function get(url: string, path: string): Promise<Json> {
  const response = await fetch(`${url}${path}`, { headers: admin });
  expect(response.status).toBe(200);
  return (await response.json()) as Json;
}

async function everyPage(url: string, path: string): Promise<Json[]> {
  const items: Json[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const page: Json = await get(url, `${path}${cursor === '' ? '' : `&cursor=${cursor}`}`);
    items.push(...(page.items as Json[]));
    cursor = page.cursor as string | null;
  }
  return items;
}

async function everyEvent(): Promise<FeedEvent[]> {
  const storage = sqliteStorage({ filename: `${folder}/kill.db` });
  await storage.open();
  const events: FeedEvent[] = [];
  for (;;) {
    const more = await storage.events({ tenant: 'default', after: events.at(-1)?.seq ?? 0, limit: 500 });
    if (more.length === 0) break;
    events.push(...more);
  }
  await storage.close();
  return events;
}

const idsOf = (events: readonly FeedEvent[], type: FeedEvent['type']): unknown[] =>
  events.filter((event) => event.type === type).map(({ data }) => data['messageId']);

it(
  'loses nothing and says nothing twice, killed while it receives and killed while it delivers',
  async () => {
    // Killed in the middle of the burst.
    let server = start();
    let url = await server.listening();
    admin = await signIn(url);
    let accepted = 0;
    await postAll(url, () => {
      accepted += 1;
      if (accepted === 60) void server.end('SIGKILL');
    });
    await server.end();
    expect(accepted).toBeGreaterThanOrEqual(60);
    expect(accepted).toBeLessThan(ALL);

    // What was acknowledged with a decision has it, before anybody repeats anything. Killed among the deliveries.
    server = start();
    url = await server.listening();
    for (const [id] of acknowledged.values()) await get(url, `/api/messages/${id}/explanation`);
    const repeating = postAll(url);
    await receiver.count(receiver.received.length + 40);
    await server.end('SIGKILL');
    await repeating;

    // Everything once more, and to its end.
    server = start();
    url = await server.listening();
    await postAll(url);
    const settled = async (): Promise<boolean> => {
      const { messages, decisions, deliveries } = await get(url, '/api/stats');
      const decided = (decisions.answered as number) + (decisions.escalated as number) + (decisions.held as number);
      return decided === messages.inbound && deliveries.pending === 0;
    };
    await expect.poll(settled, { timeout: DEADLINE_MS, interval: 100 }).toBe(true);

    const stats = await get(url, '/api/stats');
    const deliveries = await everyPage(url, '/api/deliveries?limit=500');
    expect(await server.end('SIGTERM')).toBe(0);
    const events = await everyEvent();

    // Every message is stored once, under the id it was acknowledged with, and decided once.
    const ids = [...acknowledged.values()].flatMap((set) => [...set]).sort();
    expect(acknowledged.size).toBe(ALL);
    expect(ids).toHaveLength(ALL);
    expect(stats).toMatchObject({ clients: CLIENTS, messages: { inbound: ALL } });
    expect(idsOf(events, 'message.received').sort()).toEqual(ids);
    expect(idsOf(events, 'message.decided').sort()).toEqual(ids);

    // Every reply has a delivery, each was delivered, and nothing arrived that is not one of them.
    const arrived = new Map<string, Received[]>();
    for (const request of receiver.received) arrived.set(request.id, [...(arrived.get(request.id) ?? []), request]);
    expect(deliveries).toHaveLength(stats.messages.outbound as number);
    expect(new Set(deliveries.map(({ message_id: id }) => id as string)).size).toBe(deliveries.length);
    expect(deliveries.filter(({ status }) => status !== 'sent')).toEqual([]);
    expect([...arrived.keys()].sort()).toEqual(deliveries.map(({ id }) => id as string).sort());
    expect(receiver.unverified).toBe(0);

    // Sent again means the same words under the same id; one greeting a client; in order.
    for (const requests of arrived.values()) expect(new Set(requests.map(({ body }) => body)).size).toBe(1);
    const firsts = [...arrived.values()].map(([first]) => first as Received);
    expect(firsts.filter(({ data }) => data.type === 'greeting')).toHaveLength(CLIENTS);
    const lastSeq = new Map<unknown, number>();
    for (const { data } of firsts) {
      expect(data.seq).toBeGreaterThan(lastSeq.get(data.conversation_id) ?? 0);
      lastSeq.set(data.conversation_id, data.seq as number);
    }
  },
  DEADLINE_MS * 2,
);
