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
        for (let step = 1; step <= STEPS; step += 1) {
          await walk.step();
          await checkInvariants(fixture, `step ${step}`);
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
  const conversationIds = (await storage.conversations({ tenant, limit: 500 })).items.map(({ id }) => id);
  const states = await storage.states({ tenant, conversationIds });
  const counts = await storage.counts({ tenant, now: fixture.now });
  const lanes = await fixture.lanes();
  equal(lanes.process, states.filter(({ message }) => message !== null).length, `${when}: process lanes`);
  equal(lanes.remind, states.filter(({ reminder }) => reminder !== null).length, `${when}: remind lanes`);
  equal(counts.reminders.pending, lanes.remind, `${when}: pending reminders`);

  const pending = (await storage.deliveries({ tenant, status: 'pending', limit: 500 })).items;
  const waiting = new Set(pending.map(({ conversationId }) => conversationId)).size;
  // Whoever sends keeps the lane to the end, also where the delivery was cancelled meanwhile.
  isTrue(lanes.deliver >= waiting, `${when}: ${waiting} conversations wait for deliveries, lanes: ${lanes.deliver}`);
  equal(pending.length, counts.deliveries.pending, `${when}: pending deliveries`);

  for (const { conversation } of states) {
    const page = await storage.messages({ tenant, conversationId: conversation.id, limit: 500 });
    const seqs = page.items.map(({ seq }) => seq);
    const expected = Array.from({ length: conversation.lastSeq }, (_, index) => index + 1);
    equal(seqs, expected, `${when}: numbers of ${conversation.id}`);
  }
}

async function checkDone(fixture: Fixture): Promise<void> {
  const { storage, tenant } = fixture;
  const counts = await storage.counts({ tenant, now: fixture.now });
  equal(await fixture.lanes(), { process: 0, deliver: 0, remind: 0 }, 'lanes left');
  equal([counts.deliveries.pending, counts.reminders.pending], [0, 0], 'pending');
  const { answered, escalated, held } = counts.decisions;
  equal(answered + escalated + held, counts.messages.inbound, 'every message is decided');
}
