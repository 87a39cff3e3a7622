import type { Engine, Incident } from '@firstline/core';
import fc from 'fast-check';
import { expect } from 'vitest';
import { OUTAGE_SCENARIOS, outageClassifier } from '../../packages/core/test/support/outage-desk';
import type { Fate } from './faults';
import { TENANT, World } from './world';

const MINUTE = 60_000;
/** Enough for the detector to know what is usual, and small enough for everybody to be written about below. */
const CLIENTS = 12;
const LEARNING_MINUTES = 90;

/** A desk of two processes on which things break for many at once. */
export class OutageWorld extends World {
  protected override desk() {
    return {
      scenarios: OUTAGE_SCENARIOS,
      classifier: outageClassifier(),
      policy: {
        receiving: { clientRateLimit: false, duplicateWindow: 0 },
        escalation: { loopGuard: false, repeats: false },
        outage: { minClients: 4, unconfirmedLimit: 8 },
        retention: { events: false },
      },
    } as const;
  }

  /** A quiet while, so that what follows is out of the ordinary. */
  async learn(): Promise<void> {
    await this.ask(0, (engine) => engine.tick());
    await this.clock.advance(LEARNING_MINUTES * MINUTE);
    await this.ask(0, (engine) => engine.tick());
  }

  async incidents(): Promise<readonly Incident[]> {
    return (await this.storage.incidents({ tenant: TENANT, limit: 500 })).items;
  }
}

/** One thing that happens. Refusals and lost processes are part of life; only what is stored is looked at. */
export interface OutageStep {
  readonly name: string;
  run(world: OutageWorld): Promise<unknown>;
}

type At = 0 | 1;
type Act = (engine: Engine, incident: Incident) => Promise<unknown>;

const at = fc.constantFrom<At>(0, 1);
const channelOf = (clientId: string) => ({ transport: 'plain', address: { to: clientId } });

const says = fc
  .record({
    at,
    who: fc.nat(CLIENTS - 1),
    text: fc.constantFrom(
      'no connection',
      'no connection',
      'no connection',
      'slow',
      'no tv',
      'where is my invoice',
      'operator',
    ),
    wait: fc.boolean(),
  })
  .map(({ at: process, who, text, wait }): OutageStep => ({
    name: `client ${who}: ${text}`,
    run: (world) =>
      world.ask(process, (engine) =>
        engine.receive({ clientId: `c${who}`, text, channel: channelOf(`c${who}`) }, { wait }),
      ),
  }));

/** Many at once: what detection is for. */
const breaks = fc
  .record({ at, from: fc.nat(4), text: fc.constantFrom('no connection', 'no tv') })
  .map(({ at: process, from, text }): OutageStep => ({
    name: `clients ${from}…: ${text}`,
    run: async (world) => {
      for (let who = from; who < CLIENTS; who += 1) {
        await world.ask(process, (engine) =>
          engine.receive({ clientId: `c${who}`, text, channel: channelOf(`c${who}`) }),
        );
      }
    },
  }));

const ticks = at.map((process): OutageStep => ({
  name: `tick(${process})`,
  run: (world) => world.ask(process, (engine) => engine.tick()),
}));

const passes = fc
  .record({ at, minutes: fc.constantFrom(1, 1, 2, 5, 20, 60, 26 * 60) })
  .map(({ at: process, minutes }): OutageStep => ({
    name: `pass(${minutes} min)`,
    run: async (world) => {
      await world.clock.advance(minutes * MINUTE);
      await world.ask(process, (engine) => engine.tick());
    },
  }));

const opens = at.map((process): OutageStep => ({
  name: 'open',
  run: (world) =>
    world.ask(process, (engine) =>
      engine.incidents.open({ scenarios: ['NO_INTERNET'], clientIds: ['c0', 'c1', 'c2'] }),
    ),
}));

const ACTS: Readonly<Record<string, Act>> = {
  confirm: ({ incidents }, { id }) => incidents.confirm(id),
  resolve: ({ incidents }, { id }) => incidents.resolve(id),
  mute: ({ incidents }, { id }) => incidents.mute(id),
  update: ({ incidents }, { id }) => incidents.update(id, { title: 'Internet' }),
};
const acts = fc
  .record({ at, which: fc.nat(3), act: fc.constantFrom(...Object.keys(ACTS), 'resolve', 'confirm') })
  .map(({ at: process, which, act }): OutageStep => ({
    name: `${act}(${which})`,
    run: async (world) => {
      const all = await world.incidents();
      const incident = all[which % Math.max(1, all.length)];
      if (incident !== undefined) await world.ask(process, (engine) => (ACTS[act] as Act)(engine, incident));
    },
  }));

const merges = at.map((process): OutageStep => ({
  name: 'merge',
  run: async (world) => {
    const [into, from] = (await world.incidents()).filter(({ status }) => status === 'open');
    if (into !== undefined && from !== undefined) {
      await world.ask(process, (engine) => engine.incidents.merge(from.id, { into: into.id }));
    }
  },
}));

const people = fc
  .record({
    at,
    who: fc.nat(CLIENTS - 1),
    step: fc.constantFrom('takeOver' as const, 'release' as const, 'resolve' as const),
  })
  .map(({ at: process, who, step }): OutageStep => ({
    name: `${step}(${who})`,
    run: async (world) => {
      const { items } = await world.storage.conversations({ tenant: TENANT, clientId: `c${who}`, limit: 1 });
      const id = items[0]?.id;
      if (id !== undefined) await world.ask(process, (engine) => engine.operators[step](id, { operatorId: 'olga' }));
    },
  }));

const kills = at.map((process): OutageStep => ({
  name: `kill(${process})`,
  run: async (world) => world.kill(process),
}));
const troubles = fc
  .array(fc.constantFrom<Fate>('ok', 'ok', 'ok', 'before', 'after', 'dies-before', 'dies-after'), { maxLength: 14 })
  .map((fates): OutageStep => ({ name: `trouble(${fates.join(', ')})`, run: async (world) => world.plan(fates) }));

export const outageSteps: fc.Arbitrary<OutageStep[]> = fc.array(
  fc.oneof(
    ...[breaks, breaks, says, says, says, ticks, ticks, passes, passes, passes],
    ...[opens, acts, acts, merges, people, people, kills, troubles, troubles],
  ),
  { minLength: 4, maxLength: 35 },
);

/** Promise 7, looked at when everything has come to its end; resolves to how often anybody was told anything. */
export async function checkIncidents(world: OutageWorld): Promise<number> {
  expect(world.violations, '3, seen while it ran').toEqual([]);
  const incidents = await world.incidents();
  const told = await toldByFeed(world);
  for (const [what, count] of told) expect(count, `7: told once: ${what}`).toBe(1);
  for (const key of told.keys()) {
    const [client, incidentId, round, phase] = JSON.parse(key) as [string, string, number, string];
    // Of what was merged the whole is told to be over.
    const merged =
      incidents.some(({ mergedInto }) => mergedInto === incidentId) ||
      incidents.some(({ id, mergedInto }) => id === incidentId && mergedInto !== null);
    if (phase === 'resolved' && !merged) {
      const began = JSON.stringify([client, incidentId, round, 'open']);
      expect(told.has(began), `7: ${client} was told that ${incidentId} is over and not that it began`).toBe(true);
    }
  }
  for (const incident of incidents) await checkEverybodyTold(world, incident, partsOf(incident, incidents));
  await checkNobodyStranded(world, incidents);
  const tickets = (await world.storage.tickets({ tenant: TENANT, limit: 500 })).items;
  const open = tickets.filter(({ incidentId, status }) => incidentId !== null && status !== 'resolved');
  const perIncident = open.map(({ incidentId }) => incidentId);
  expect(new Set(perIncident).size, 'one ticket an incident').toBe(perIncident.length);
  return told.size;
}

/** How often each client was told of each phase of each round, by what the feed and the messages say. */
async function toldByFeed(world: OutageWorld): Promise<ReadonlyMap<string, number>> {
  const told = new Map<string, number>();
  const messageIds: string[] = [];
  for (const { type, conversationId, data } of await world.readFeed()) {
    if (type !== 'incident.told' || conversationId === null) continue;
    const conversation = await world.storage.conversation({ tenant: TENANT, conversationId });
    const key = JSON.stringify([conversation?.clientId, data['incidentId'], data['round'], data['phase']]);
    told.set(key, (told.get(key) ?? 0) + 1);
    messageIds.push(String(data['messageId']));
  }
  const said: string[] = [];
  for (let who = 0; who < CLIENTS; who += 1) {
    const { items } = await world.storage.conversations({ tenant: TENANT, clientId: `c${who}`, limit: 100 });
    for (const { id: conversationId } of items) {
      const messages = (await world.storage.messages({ tenant: TENANT, conversationId, limit: 500 })).items;
      for (const message of messages) {
        if (message.direction === 'outbound' && message.type.startsWith('incident_')) said.push(message.id);
      }
    }
  }
  expect(said.sort(), 'every message about an incident is in the feed').toEqual(messageIds.sort());
  return told;
}

/** How many incidents it is made of, each of which may have told as many as go without confirmation. */
function partsOf({ id }: Incident, incidents: readonly Incident[]): number {
  const merged = incidents.filter(({ mergedInto }) => mergedInto === id);
  return merged.reduce((sum, part) => sum + partsOf(part, incidents), 1);
}

async function checkEverybodyTold(world: OutageWorld, incident: Incident, parts: number): Promise<void> {
  const { id, status, round, mutedBy, confirmedBy } = incident;
  if (mutedBy !== null || round === 0) return;
  const affected = (await world.storage.affected({ tenant: TENANT, incidentId: id, limit: 500 })).items;
  for (const { clientId, conversationId, toldRound, resolvedRound } of affected) {
    const conversation =
      conversationId === null ? null : await world.storage.conversation({ tenant: TENANT, conversationId });
    // Where a person spoke, the bot may have been silent, and may have stayed so.
    const { items } = await world.storage.conversations({ tenant: TENANT, clientId, limit: 100 });
    const feed = await world.readFeed();
    const spoken = feed.some(
      ({ type, conversationId: where }) => type === 'conversation.taken_over' && items.some((one) => one.id === where),
    );
    if (conversation === null || spoken) continue;
    if (status === 'open' && confirmedBy !== null) expect(toldRound, `7: ${clientId} was told of ${id}`).toBe(round);
    if (status === 'resolved' && toldRound === round) {
      expect(resolvedRound, `7: ${clientId} was told that ${id} is over`).toBe(round);
    }
  }
  if (confirmedBy === null) expect(incident.told).toBeLessThanOrEqual(8 * parts);
}

/** Nobody waits for what is over. */
async function checkNobodyStranded(world: OutageWorld, incidents: readonly Incident[]): Promise<void> {
  const { items } = await world.storage.conversations({ tenant: TENANT, status: 'waiting_on_incident', limit: 500 });
  for (const { clientId, id } of items) {
    const incidentIds = incidents.filter(({ status }) => status === 'open').map((incident) => incident.id);
    const rows = await world.storage.affectedBy({ tenant: TENANT, clientIds: [clientId], incidentIds });
    expect(
      rows.some(({ toldRound }) => toldRound > 0),
      `${id} waits on an incident that is over`,
    ).toBe(true);
  }
}
