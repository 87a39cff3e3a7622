import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Delivery, DeliveryAttempt } from '@firstline/core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sqliteStorage } from '../src/index';
import { Program } from './support/children';
import { deathOf, numberOf, type Task } from './support/kill-points';

const TENANT = 'default';
/** Desks that share a process, and die with it each at its own point. */
const SEEDS_AT_ONCE = 25;
/** How often each of them dies before it may live. */
const DEATHS = 2;
const factor = Number(process.env['FIRSTLINE_RUNS'] ?? 1);
const batches = Math.max(1, Math.round(factor));

interface Received {
  readonly seed: number;
  readonly id: string;
  readonly messageId: string;
  readonly text: string;
  readonly status: number;
}

let program: Program;
let folder: string;
let server: Server;
let url: string;
const received: Received[] = [];
beforeAll(async () => {
  program = await Program.build(new URL('./support/kill-child.ts', import.meta.url));
  folder = mkdtempSync(join(tmpdir(), 'firstline-kill-points-'));
  server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (piece: string) => (text += piece));
    request.on('end', () => {
      const header = (name: string): string => String(request.headers[name]);
      const before = received.filter(({ id }) => id === header('webhook-id')).length;
      // Every fifth message is refused at first, so that there are marks of failures to die at too.
      const status = before === 0 && numberOf(header('webhook-id')) % 5 === 0 ? 500 : 200;
      received.push({
        seed: Number(header('x-seed')),
        id: header('webhook-id'),
        messageId: header('x-message-id'),
        text,
        status,
      });
      response.writeHead(status).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterAll(async () => {
  program.remove();
  rmSync(folder, { recursive: true, force: true });
  server.closeAllConnections();
  server.close();
});

/** Every delivery of a desk with its attempts, and what of it is left to do. */
async function deskOf(seed: number) {
  const storage = sqliteStorage({ filename: `${folder}/seed-${seed}.db` });
  await storage.open();
  const { items } = await storage.deliveries({ tenant: TENANT, limit: 500 });
  const deliveries: { readonly delivery: Delivery; readonly attempts: readonly DeliveryAttempt[] }[] = [];
  for (const { id: deliveryId } of items) {
    const found = await storage.delivery({ tenant: TENANT, deliveryId });
    if (found !== null) deliveries.push(found);
  }
  const counts = await storage.counts({ tenant: TENANT, now: Date.now() });
  await storage.close();
  return { deliveries, counts };
}

it(
  'delivers every message under one id, and marks none as sent that was not, killed at any point of a delivery',
  async () => {
    let repeated = 0;
    for (let batch = 0; batch < batches; batch += 1) {
      const seeds = Array.from({ length: SEEDS_AT_ONCE }, (_, n) => batch * SEEDS_AT_ONCE + n);
      for (let round = 0; round < DEATHS; round += 1) {
        const task: Task = { folder, seeds, url, round, kill: true };
        const child = program.start(JSON.stringify(task));
        await child.killedItself();
        const reached = seeds.map((seed) => `${seed} ${deathOf(seed, round).point}`);
        expect(child.lines.sort(), 'each desk died where it was meant to').toEqual(reached.sort());
      }
      await program.start(JSON.stringify({ folder, seeds, url, round: DEATHS, kill: false })).ended();

      for (const seed of seeds) {
        const { deliveries, counts } = await deskOf(seed);
        const mine = received.filter((one) => one.seed === seed);
        expect(counts.work, `seed ${seed}: nothing is left to do`).toEqual({
          process: 0,
          deliver: 0,
          remind: 0,
          watch: 0,
          announce: 0,
        });
        expect(deliveries.length, `seed ${seed}: one delivery a message`).toBe(counts.messages.outbound);
        expect(deliveries.length).toBeGreaterThan(5);
        for (const { delivery, attempts } of deliveries) {
          const name = `seed ${seed}, ${delivery.id}`;
          const arrived = mine.filter(({ messageId }) => messageId === delivery.messageId);
          expect(delivery.status, name).toBe('sent');
          expect(new Set(arrived.map(({ id }) => id)), `${name}: one id`).toEqual(new Set([delivery.id]));
          expect(new Set(arrived.map(({ text }) => text)).size, `${name}: the same words`).toBe(1);
          expect(
            arrived.some(({ status }) => status === 200),
            `${name}: it has arrived`,
          ).toBe(true);
          const recorded = attempts.filter(({ outcome, status }) => outcome === 'ok' && status === 200);
          expect(recorded, `${name}: sent with the answer that says so`).toHaveLength(1);
          expect(attempts.map(({ number }) => number)).toEqual(attempts.map((_, index) => index + 1));
          repeated += arrived.filter(({ status }) => status === 200).length - 1;
        }
        // A receiver that remembers ids sees each once, and nothing else.
        const remembered = new Set(mine.filter(({ status }) => status === 200).map(({ id }) => id));
        expect(remembered.size, `seed ${seed}: exactly once`).toBe(deliveries.length);
      }
    }
    // Otherwise no death came between a send and its mark, and nothing was proved.
    expect(repeated, 'messages that arrived more than once').toBeGreaterThan(batches);
    console.info(`kill points: ${batches * SEEDS_AT_ONCE} seeds, ${DEATHS} deaths each, ${repeated} repeats by ids`);
  },
  60_000 + 60_000 * batches,
);
