import { channelKey } from '../../model/channel';
import type { ClaimedDelivery, DeliveryGate } from '../../ports/storage';
import type { CommitParams } from '../../ports/storage-commit';
import type { ConversationState, WorkLease } from '../../ports/storage-work';
import type { Fixture } from './fixture';
import type { Random } from './random';
import { CHANNEL, LEASE_MS, OTHER_CHANNEL, SECOND, type Turn } from './values';

type Changes = Pick<
  CommitParams,
  'outbound' | 'cancelDeliveries' | 'supersede' | 'settleReminder' | 'scheduleReminder' | 'watch' | 'client'
>;

/** What lanes wait for. */
const PLACES = ['here', 'there'] as const;

/** One of everything that can happen to a storage, in any order, by callers that come late, vanish or give up. */
export class Walk {
  /** Leases somebody believes to hold; the belief may be wrong by now. */
  readonly #leases: WorkLease[] = [];
  readonly #sending: ClaimedDelivery[] = [];
  readonly #fixture: Fixture;
  readonly #random: Random;

  constructor(fixture: Fixture, random: Random) {
    this.#fixture = fixture;
    this.#random = random;
  }

  async step(): Promise<void> {
    const steps = [
      () => this.#hear(),
      () => this.#hear(),
      () => this.#claim(),
      () => this.#commit(),
      () => this.#commit(),
      () => this.#act(),
      () => this.#release(),
      () => this.#claimDeliveries(),
      () => this.#finish(),
      () => this.#finish(),
      () => this.#replay(),
      () => this.#wake(),
      () => this.#remove(),
      () => this.#wait(),
    ] as const;
    await this.#random.pick(steps)();
  }

  /** Lets every lease run out, and works off whatever is left, as a worker would. */
  async drain(): Promise<void> {
    const fixture = this.#fixture;
    for (let round = 0; round < 1_000; round += 1) {
      const due = await fixture.nextDueAt('process', 'remind', 'deliver', 'watch');
      if (due === null) return;
      fixture.now = Math.max(fixture.now, due);
      for (const kind of ['process', 'remind', 'watch'] as const) {
        for (const lease of await fixture.claim(kind)) await this.#workOff(lease);
      }
      for (const claimed of await fixture.claimDeliveries()) await fixture.finish(fixture.rows.result(claimed, 'sent'));
    }
    throw new Error('the work does not end');
  }

  async #workOff(lease: WorkLease): Promise<void> {
    const fixture = this.#fixture;
    const { conversation, message, reminder } = await fixture.state(lease.conversationId);
    if (lease.kind === 'process' && message !== null) {
      await fixture.workOff({ lease, state: { ...(await fixture.state(lease.conversationId)), message } });
    } else if (lease.kind === 'remind' && reminder !== null) {
      const settleReminder = { status: 'skipped', reason: null, messageId: null } as const;
      await fixture.commit(fixture.rows.act(conversation, { lease, settleReminder }));
    } else if (lease.kind === 'watch') {
      await fixture.commit(fixture.rows.act(conversation, { lease }));
    } else {
      throw new Error(`a ${lease.kind} lane with nothing to do`);
    }
  }

  async #hear(): Promise<void> {
    const random = this.#random;
    const leased = random.chance(0.4);
    const turn = { quietMs: random.below(3) * 5 * SECOND, maxWaitMs: 12 * SECOND };
    const result = await this.#fixture.accept({
      clientId: random.pick(['a', 'b']),
      channel: random.pick([CHANNEL, OTHER_CHANNEL, null]),
      leased,
      ...(leased || random.chance(0.4) ? {} : { turn }),
      ...(random.chance(0.3) ? { key: `key ${random.below(5)}` } : {}),
    });
    if (result.status === 'accepted' && result.work !== null) this.#leases.push(result.work.lease);
  }

  async #claim(): Promise<void> {
    const kind = this.#random.pick(['process', 'process', 'remind', 'watch']);
    this.#leases.push(...(await this.#fixture.claim(kind, { limit: 1 + this.#random.below(3) })));
  }

  /** Decides messages, or fires what is due, under a lease that may be lost; sometimes on a state that is old. */
  async #commit(): Promise<void> {
    const fixture = this.#fixture;
    const lease = this.#random.take(this.#leases);
    if (lease === undefined) return;
    const state = await this.#find(lease.conversationId);
    if (state === undefined) return;
    const { conversation, message, following } = state;
    const changes = await this.#changes(state, lease.kind === 'remind');
    if (lease.kind !== 'process') {
      await fixture.commit(fixture.rows.act(conversation, { ...changes, lease }));
    } else if (message !== null) {
      const turn: Turn = { lease, state: { ...state, message } };
      const old = this.#random.chance(0.1) ? { expectedVersion: conversation.version - 1 } : {};
      const together = following.slice(0, this.#random.below(following.length + 1));
      const decidedMessageIds = [message, ...together].map(({ id }) => id);
      const result = await fixture.commit(fixture.rows.decision(turn, { ...changes, ...old, decidedMessageIds }));
      if (result.status === 'conflict' || (result.status === 'committed' && result.next !== null)) {
        this.#leases.push(lease);
      }
    }
  }

  async #act(): Promise<void> {
    const fixture = this.#fixture;
    const { items } = await fixture.storage.conversations({ tenant: fixture.tenant, limit: 20, status: 'open' });
    const found = items[this.#random.below(items.length)];
    if (found === undefined) return;
    const state = await fixture.state(found.id);
    const close = this.#random.chance(0.2) ? ({ status: 'closed', closedAt: fixture.now } as const) : {};
    const changes = await this.#changes(state, this.#random.chance(0.5));
    await fixture.commit(fixture.rows.act(state.conversation, { ...changes, conversation: close }));
  }

  async #changes({ conversation, reminder, client }: ConversationState, settles: boolean): Promise<Changes> {
    const random = this.#random;
    const { rows, now, storage, tenant } = this.#fixture;
    const drafts = await storage.drafts({ tenant, conversationId: conversation.id });
    const supersede = drafts.flatMap(({ deliveryId }) => (random.chance(0.3) ? deliveryId : []));
    const settled = reminder !== null && settles;
    const schedules = (reminder === null || settled) && random.chance(0.4);
    return {
      outbound: Array.from({ length: random.below(3) }, () =>
        rows.reply({
          type: random.pick(['bot_auto', 'operator']),
          delayMs: random.below(3) * 10 * SECOND,
          delivered: conversation.channel !== null && random.chance(0.9),
        }),
      ),
      cancelDeliveries: random.chance(0.2) ? { types: ['bot_auto'], reason: 'taken_over' } : null,
      settleReminder: settled ? { status: 'cancelled', reason: 'client_answered', messageId: null } : null,
      scheduleReminder: schedules ? rows.reminder(conversation, now + random.below(3) * LEASE_MS) : null,
      // An unknown one stands for one that was begun meanwhile.
      supersede: random.chance(0.05) ? [...supersede, 'unknown'] : supersede,
      watch: random.chance(0.2) ? { dueAt: random.pick([null, now, now + LEASE_MS]) } : null,
      client: random.chance(0.1) ? { expectedVersion: client.version, greetedAt: now } : null,
    };
  }

  async #release(): Promise<void> {
    const lease = this.#random.take(this.#leases);
    if (lease === undefined) return;
    const { tenant, now, storage } = this.#fixture;
    await storage.release({ tenant, lease, dueAt: this.#random.pick([null, now, now + 30 * SECOND]) });
  }

  async #claimDeliveries(): Promise<void> {
    const random = this.#random;
    const until = this.#fixture.now + 1 + random.below(30) * SECOND;
    const gate: DeliveryGate = () => {
      if (random.chance(0.6)) return { action: 'send', possibleDuplicate: random.chance(0.2) };
      if (random.chance(0.5)) return { action: 'wait', until, waitsFor: random.pick([null, ...PLACES]) };
      return { action: 'settle', status: random.pick(['expired', 'dead']), reason: 'too_late' };
    };
    this.#sending.push(...(await this.#fixture.claimDeliveries({ gate, limit: 1 + random.below(3) })));
  }

  async #finish(): Promise<void> {
    const claimed = this.#random.take(this.#sending);
    if (claimed === undefined) return;
    const { rows, now } = this.#fixture;
    const status = this.#random.pick(['sent', 'sent', 'pending', 'dead', 'unknown']);
    const to = this.#random.pick([CHANNEL, OTHER_CHANNEL]);
    const options = {
      againAt: now + this.#random.below(3) * 20 * SECOND,
      counts: this.#random.chance(0.5),
      ...(this.#random.chance(0.5) ? { waitsFor: this.#random.pick(PLACES) } : {}),
      ...(this.#random.chance(0.2) ? { move: { channel: to, channelKey: channelKey(to) } } : {}),
    };
    await this.#fixture.finish(rows.result(claimed, status, options));
  }

  async #replay(): Promise<void> {
    const { storage, tenant } = this.#fixture;
    const { items } = await storage.deliveries({ tenant, limit: 20, status: 'dead' });
    const deliveryId = items[this.#random.below(items.length)]?.id;
    if (deliveryId !== undefined) await this.#fixture.replay(deliveryId);
  }

  async #wake(): Promise<void> {
    await this.#fixture.wake(this.#random.pick(PLACES), 1 + this.#random.below(3));
  }

  async #remove(): Promise<void> {
    const fixture = this.#fixture;
    if (this.#random.chance(0.7)) return;
    if (this.#random.chance(0.3)) await fixture.erase(this.#random.pick(['a', 'b']));
    else await fixture.prune({ conversationsBefore: fixture.now - LEASE_MS, eventsBefore: fixture.now, limit: 3 });
  }

  async #find(conversationId: string): Promise<ConversationState | undefined> {
    const { storage, tenant } = this.#fixture;
    return (await storage.states({ tenant, conversationIds: [conversationId] }))[0];
  }

  async #wait(): Promise<void> {
    this.#fixture.wait(this.#random.pick([1, 10 * SECOND, LEASE_MS]));
  }
}
