import {
  type AffectedClient,
  type Engine,
  type FeedEvent,
  FirstlineError,
  type Incident,
  isFirstlineError,
  type Storage,
} from '@firstline/core';
import { FakeTransport, ManualClock } from '@firstline/core/testing';
import { seeded } from '../../packages/core/test/support/outage-stream';
import { GRACE, LEASE, outageEngine } from './outage-engine';
import { messageOf, MINUTE, type OutagePlan, type Saying } from './outage-plan';

/**
 * How the process ends that judges a minute: it dies when it has taken the reports, or when what it found is written down and
 * nobody knows; `fails`: its storage does, and it goes on. `dropped`: it dies later, between two minutes.
 */
export type Fate = 'dies-taking' | 'dies-before' | 'dies-after' | 'fails' | 'dropped';

/** Fates by minute that is judged, counted from the beginning of the plan. */
export type Fates = ReadonlyMap<number, Fate>;

/** An incident as it ended, without what differs from run to run. */
type FoundIncident = Pick<Incident, 'id' | 'status' | 'round' | 'scenarios' | 'region' | 'openedAt' | 'resolvedAt'> & {
  readonly evidence: object;
  readonly affected: readonly Pick<AffectedClient, 'clientId' | 'toldRound' | 'resolvedRound'>[];
};

/** What came of a plan; the same for one process and for many. */
export interface Findings {
  readonly incidents: readonly FoundIncident[];
  /** Everything that clients were told of incidents, in the order of the alphabet. */
  readonly told: readonly string[];
  /** Which of the fates came true. */
  readonly met: readonly string[];
}

const NEVER = new Promise<never>(() => undefined);

/** Some processes on one storage, fed a plan: each message goes to any of them, and any of them judges a minute. */
export class Fleet {
  readonly #plan: OutagePlan;
  readonly #fates: Fates;
  readonly #open: () => Storage;
  readonly #clock: ManualClock;
  readonly #transport = new FakeTransport();
  readonly #random: () => number;
  readonly #storages: Storage[] = [];
  readonly #engines: Engine[];
  readonly #dead = new Set<Engine>();
  /** Ends the tick of one that dies in it. */
  readonly #deathOf = new Map<Engine, () => void>();
  #judge: Engine | null = null;
  #fate: Fate | null = null;
  readonly #met: string[] = [];

  /** `open` opens the storage as one more process does. */
  constructor(size: number, open: () => Storage, plan: OutagePlan, fates: Fates, seed: number) {
    this.#plan = plan;
    this.#fates = fates;
    this.#open = open;
    this.#clock = new ManualClock(plan.startAt);
    this.#random = seeded(seed);
    this.#engines = Array.from({ length: size }, () => this.#process());
  }

  async run(): Promise<Findings> {
    try {
      await this.#live();
      return await this.#findings();
    } finally {
      await Promise.all(this.#storages.map((storage) => storage.close()));
    }
  }

  async #live(): Promise<void> {
    const { startAt, minutes } = this.#plan;
    for (const [minute, said] of minutes.entries()) {
      this.#clock.set(startAt + minute * MINUTE + GRACE);
      const disturbed = await this.#judged(minute - 1);
      // Behind the lease of a process that died, and before anybody writes.
      this.#clock.set(startAt + minute * MINUTE + GRACE + LEASE);
      if (disturbed) await this.#ticked();
      this.#clock.set(startAt + minute * MINUTE + GRACE + LEASE + 5_000);
      await Promise.all(said.map((saying, place) => this.#said(saying, `${minute}-${place}`)));
    }
    await this.#ticked();
  }

  #process(): Engine {
    const storage = this.#open();
    this.#storages.push(storage);
    const engine: Engine = outageEngine({
      ...{ clock: this.#clock, transports: { fake: this.#transport } },
      storage: watched(storage, (method, call) => this.#call(engine, method, call)),
    });
    return engine;
  }

  /** What is planned for who judges the minute happens, if anything is. */
  async #judged(minute: number): Promise<boolean> {
    const fate = this.#fates.get(minute) ?? null;
    this.#judge = null;
    this.#fate = fate;
    await this.#ticked();
    if (fate === 'dropped' && this.#judge !== null) this.#replace(this.#judge);
    if (fate !== null && this.#fate === null) this.#met.push(`${minute} ${fate}`);
    this.#fate = null;
    return fate !== null;
  }

  /** One of them, or all in any order: at once, or one after the other. */
  async #ticked(): Promise<void> {
    const order = this.#engines.map((engine) => ({ engine, place: this.#random() }));
    order.sort((a, b) => a.place - b.place);
    const how = this.#random();
    const ticks: Promise<void>[] = [];
    for (const { engine } of how < 0.4 ? order.slice(0, 1) : order) {
      const tick = this.#tick(engine);
      ticks.push(tick);
      if (how < 0.7) await tick;
    }
    await Promise.all(ticks);
  }

  async #tick(engine: Engine): Promise<void> {
    const dies = new Promise<void>((resolve) => this.#deathOf.set(engine, resolve));
    try {
      await Promise.race([engine.tick(), dies]);
    } catch (error) {
      if (!isFirstlineError(error) || error.code !== 'storage_unavailable') throw error;
    }
  }

  /** One that is gone does nothing more, and hears no answer. */
  async #call(engine: Engine, method: keyof Storage, call: () => Promise<unknown>): Promise<unknown> {
    if (this.#dead.has(engine)) return NEVER;
    const fate = this.#fate;
    const isFinish = method === 'finishDetection';
    if (isFinish) this.#judge = engine;
    if (isFinish && fate === 'fails') {
      this.#fate = null;
      throw new FirstlineError('storage_unavailable', 'injected');
    }
    if (isFinish && fate === 'dies-before') return this.#dies(engine);
    const result = await call();
    if (isFinish && fate === 'dies-after') return this.#dies(engine);
    const took = method === 'claimDetection' && (result as { readonly status: string }).status === 'claimed';
    if (took && fate === 'dies-taking') return this.#dies(engine);
    return this.#dead.has(engine) ? NEVER : result;
  }

  #dies(engine: Engine): Promise<never> {
    this.#replace(engine);
    return NEVER;
  }

  /** Nobody stops it, nor takes leave of its storage. */
  #replace(engine: Engine): void {
    this.#fate = null;
    this.#dead.add(engine);
    this.#deathOf.get(engine)?.();
    this.#engines.splice(this.#engines.indexOf(engine), 1, this.#process());
  }

  async #said({ clientId, text, region }: Saying, id: string): Promise<void> {
    const outcome = await this.#any().receive(messageOf({ clientId, text, region }, id));
    if (outcome.decision === null) throw new Error(`message ${id} was not decided`);
  }

  #any(): Engine {
    const engine = this.#engines[Math.floor(this.#random() * this.#engines.length)];
    if (engine === undefined) throw new Error('there is no process');
    return engine;
  }

  async #findings(): Promise<Findings> {
    const found = await foundIncidents(this.#any());
    return { incidents: found, told: await this.#told(), met: this.#met };
  }

  /** What left, by what the feed says it was about. */
  async #told(): Promise<readonly string[]> {
    const left = this.#transport.sent.filter(({ message: { type } }) => type.startsWith('incident_'));
    const told = (await this.#feed()).filter(({ type }) => type === 'incident.told');
    const about = new Map(told.map(({ data }) => [data['messageId'], data]));
    if (about.size !== told.length) throw new Error('a message was told of twice');
    const lines = left.map(({ message: { id, type, clientId } }) => {
      const { incidentId = '?', round = '?' } = about.get(id) ?? {};
      return `${String(incidentId)} round ${String(round)} ${type} ${clientId}`;
    });
    if (lines.length !== told.length) throw new Error('something was told and never left, or left without being told');
    return lines.sort();
  }

  async #feed(): Promise<readonly FeedEvent[]> {
    const [storage] = this.#storages;
    if (storage === undefined) throw new Error('there is no storage');
    const feed: FeedEvent[] = [];
    for (;;) {
      const events = await storage.events({ tenant: 'default', after: feed.at(-1)?.seq ?? 0, limit: 500 });
      feed.push(...events);
      if (events.length < 500) return feed;
    }
  }
}

export async function foundIncidents({ incidents }: Pick<Engine, 'incidents'>): Promise<readonly FoundIncident[]> {
  const { items } = await incidents.list({ limit: 500 });
  const found = await Promise.all(
    items.map(async ({ id, status, round, scenarios, region, openedAt, resolvedAt, evidence }) => {
      const affected = (await incidents.affected(id, { limit: 500 })).items;
      const rows = affected.map(({ clientId, toldRound, resolvedRound }) => ({ clientId, toldRound, resolvedRound }));
      rows.sort((a, b) => (a.clientId < b.clientId ? -1 : 1));
      // Messages have other ids in every run.
      const seen = { ...evidence, examples: evidence?.examples.length };
      return { id, status, round, scenarios, region, openedAt, resolvedAt, evidence: seen, affected: rows };
    }),
  );
  found.sort((a, b) => (a.id < b.id ? -1 : 1));
  return found;
}

function watched(
  storage: Storage,
  watch: (method: keyof Storage, call: () => Promise<unknown>) => Promise<unknown>,
): Storage {
  return new Proxy(storage, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      return (...given: unknown[]) =>
        watch(name as keyof Storage, () => Reflect.apply(member, target, given) as Promise<unknown>);
    },
  });
}
