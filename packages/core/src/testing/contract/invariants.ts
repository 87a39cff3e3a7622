import type { Message } from '../../model/message';
import type { ConversationState } from '../../ports/storage-work';
import { equal, isTrue } from './assert';
import type { Cases } from './cases';
import type { Fixture } from './fixture';
import { Random } from './random';
import { Walk } from './walk';

const STEPS = 120;

/** Random walks over all writing methods; the seed in a case's name repeats it. */
export function invariantCases(cases: Cases, seeds: readonly number[]): void {
  cases.describe('invariants', () => {
    for (const seed of seeds) {
      cases.it(`hold after every step of a random walk (seed ${seed})`, async (fixture) => {
        const walk = new Walk(fixture, new Random(seed));
        let lastEvent = 0;
        for (let step = 1; step <= STEPS; step += 1) {
          await walk.step();
          await checkInvariants(fixture, `step ${step}`);
          lastEvent = await checkFeed(fixture, lastEvent, `step ${step}`);
        }
        await walk.drain();
        await checkInvariants(fixture, 'the end');
        await checkDone(fixture);
      });
    }
  });
}

/** A lane exists exactly as long as there is something to do, numbers have no gaps, and one reminder is pending. */
async function checkInvariants(fixture: Fixture, when: string): Promise<void> {
  const { storage, tenant } = fixture;
  const states = await allStates(fixture);
  const counts = await storage.counts({ tenant, now: fixture.now });
  const lanes = await fixture.lanes();
  equal(lanes.process, states.filter(({ message }) => message !== null).length, `${when}: process lanes`);
  equal(lanes.remind, states.filter(({ reminder }) => reminder !== null).length, `${when}: remind lanes`);
  equal(counts.reminders.pending, lanes.remind, `${when}: pending reminders`);
  equal(counts.clients, new Set(states.map(({ client }) => client.id)).size, `${when}: clients`);

  const pending = (await storage.deliveries({ tenant, status: 'pending', limit: 500 })).items;
  const waiting = new Set(pending.map(({ conversationId }) => conversationId)).size;
  // Whoever sends keeps the lane to the end, also where the delivery was cancelled meanwhile.
  isTrue(lanes.deliver >= waiting, `${when}: ${waiting} conversations wait for deliveries, lanes: ${lanes.deliver}`);
  equal(pending.length, counts.deliveries.pending, `${when}: pending deliveries`);

  for (const state of states) {
    const messages = await history(fixture, state);
    const expected = Array.from({ length: state.conversation.lastSeq }, (_, index) => index + 1);
    equal(
      messages.map(({ seq }) => seq),
      expected,
      `${when}: numbers of ${state.conversation.id}`,
    );
    checkUndecided(state, messages, when);
    const drafts = pending.filter(({ conversationId, type, attempts }) => {
      return conversationId === state.conversation.id && type === 'bot_auto' && attempts === 0;
    });
    const told = await storage.drafts({ tenant, conversationId: state.conversation.id });
    const seqs = drafts.map(({ seq }) => seq).sort((a, b) => a - b);
    equal(
      told.map(({ reply }) => reply.seq),
      seqs,
      `${when}: drafts`,
    );
  }
}

/** Messages are decided in order, and those that are not are what the state shows. */
function checkUndecided({ message, following }: ConversationState, messages: readonly Message[], when: string): void {
  const inbound = messages.filter((row) => row.direction === 'inbound');
  const undecided = inbound.filter(({ decidedAt }) => decidedAt === null);
  equal([...(message === null ? [] : [message]), ...following], undecided.slice(0, 50), `${when}: undecided messages`);
  equal(inbound.slice(inbound.length - undecided.length), undecided, `${when}: decided in order`);
  isTrue(
    inbound.every(({ decidedAt, decisionId }) => (decidedAt === null) === (decisionId === null)),
    `${when}: what is decided has a decision`,
  );
}

/** Numbers grow, whatever is removed; resolves to the last one. */
async function checkFeed({ storage, tenant }: Fixture, before: number, when: string): Promise<number> {
  const seqs = (await storage.events({ tenant, after: 0, limit: 5_000 })).map(({ seq }) => seq);
  isTrue(
    seqs.every((seq, index) => index === 0 || seq > (seqs[index - 1] ?? 0)),
    `${when}: events in order`,
  );
  const last = seqs.at(-1) ?? 0;
  isTrue(last >= before, `${when}: the feed goes on from ${before}, not from ${last}`);
  return last;
}

async function checkDone(fixture: Fixture): Promise<void> {
  const { storage, tenant } = fixture;
  const counts = await storage.counts({ tenant, now: fixture.now });
  equal(await fixture.lanes(), { process: 0, deliver: 0, remind: 0, watch: 0, announce: 0 }, 'lanes left');
  equal([counts.deliveries.pending, counts.reminders.pending], [0, 0], 'pending');
  const decisionIds = new Set<string | null>();
  for (const state of await allStates(fixture)) {
    for (const row of await history(fixture, state)) {
      if (row.direction !== 'inbound') continue;
      decisionIds.add(row.decisionId);
      const decision = await storage.decision({ tenant, messageId: row.id });
      isTrue(decision?.messageIds.includes(row.id) === true, `message ${row.id} is decided`);
    }
  }
  const { answered, escalated, held } = counts.decisions;
  equal(answered + escalated + held, decisionIds.size, 'decisions');
}

async function allStates({ storage, tenant }: Fixture): Promise<readonly ConversationState[]> {
  const conversationIds = (await storage.conversations({ tenant, limit: 500 })).items.map(({ id }) => id);
  return storage.states({ tenant, conversationIds });
}

async function history({ storage, tenant }: Fixture, { conversation }: ConversationState): Promise<readonly Message[]> {
  return (await storage.messages({ tenant, conversationId: conversation.id, limit: 500 })).items;
}
