import { equal, given, isTrue, matches, rejects } from './assert';
import type { Cases } from './cases';
import type { Fixture } from './fixture';
import { LEASE_MS, MINUTE, SECOND, T0, type Turn } from './values';

const TURN = { quietMs: 3 * SECOND, maxWaitMs: 12 * SECOND };

/** A client who writes so many messages, a second apart, and is then quiet; the turn to decide them. */
async function heardOut(fixture: Fixture, count: number): Promise<Turn> {
  for (let n = 1; n <= count; n += 1) {
    await fixture.hear({ text: `${n}`, turn: TURN });
    fixture.wait(SECOND);
  }
  fixture.wait(TURN.maxWaitMs);
  return fixture.claimTurn();
}

export function turnCases(cases: Cases): void {
  cases.describe('accept: turns', () => {
    cases.it('wait until the client has been quiet, and no longer than the first message may wait', async (fixture) => {
      const dueAt: (number | null)[] = [];
      for (let n = 0; n < 6; n += 1) {
        const { message } = await fixture.hear({ turn: TURN });
        isTrue(message.inTurn, 'it is known as part of a turn');
        dueAt.push(await fixture.nextDueAt('process'));
        fixture.wait(2 * SECOND);
      }
      const quiet = [3, 5, 7, 9, 11, 12].map((seconds) => T0 + seconds * SECOND);
      equal(dueAt, quiet);
      fixture.now = T0 + 12 * SECOND - 1;
      equal(await fixture.claim('process'), []);
      fixture.wait(1);
      const turn = await fixture.claimTurn();
      equal([turn.lease.claims, turn.state.message.seq, turn.state.following.length], [1, 1, 5]);
    });

    cases.it('count from the oldest message that is undecided, not from the first of all', async (fixture) => {
      await fixture.answered();
      fixture.wait(MINUTE);
      const lone = { quietMs: MINUTE, maxWaitMs: 12 * SECOND };
      await fixture.hear({ turn: lone });
      equal(await fixture.nextDueAt('process'), T0 + MINUTE + 12 * SECOND, 'the message itself is undecided');
    });

    cases.it('leave a lane alone that is due', async (fixture) => {
      await fixture.hear();
      await fixture.hear({ turn: TURN });
      equal(await fixture.nextDueAt('process'), T0);
      fixture.wait(MINUTE);
      await fixture.hear({ turn: TURN });
      equal(await fixture.nextDueAt('process'), T0);
    });

    cases.it('leave a lane alone that somebody holds, also after the end of the lease', async (fixture) => {
      const { lease } = await fixture.hearLeased();
      await fixture.hear({ turn: TURN });
      equal(await fixture.nextDueAt('process'), T0 + LEASE_MS);
      fixture.wait(2 * LEASE_MS);
      await fixture.hear({ turn: TURN });
      equal(await fixture.nextDueAt('process'), T0 + LEASE_MS);
      equal(await fixture.storage.release({ tenant: fixture.tenant, lease, dueAt: fixture.now }), true);
    });

    cases.it('move a lane that was given back for later, whose claims count on', async (fixture) => {
      const { lease } = await fixture.hearLeased();
      await fixture.storage.release({ tenant: fixture.tenant, lease, dueAt: T0 + MINUTE });
      fixture.wait(SECOND);
      await fixture.hear({ turn: TURN });
      equal(await fixture.nextDueAt('process'), fixture.now + 3 * SECOND);
      fixture.wait(3 * SECOND);
      equal((await fixture.claimTurn()).lease.claims, 2);
    });

    cases.it('give way to a message that does not wait only once they are due', async (fixture) => {
      await fixture.hear({ turn: TURN });
      fixture.wait(SECOND);
      const { message, work } = await fixture.hear({ leased: true });
      equal([work, message.inTurn], [null, false]);
      equal(await fixture.nextDueAt('process'), T0 + 3 * SECOND);
      fixture.now = T0 + 3 * SECOND;
      const state = given((await fixture.hear({ leased: true })).work).state;
      equal([given(state.message).inTurn, state.following.map(({ inTurn }) => inTurn)], [true, [false, false]]);
    });

    cases.it('cannot be waited for and leased at once', async (fixture) => {
      await fixture.hear();
      const before = await fixture.everything();
      await rejects(fixture.accept({ turn: TURN, leased: true, clientId: 'other', key: 'k' }), 'internal');
      equal(await fixture.everything(), before);
    });
  });

  cases.describe('commit: turns', () => {
    cases.it('decide several messages together: each has the decision, and its replies', async (fixture) => {
      const turn = await heardOut(fixture, 3);
      const { rows, storage, tenant } = fixture;
      const { conversation, message, following } = turn.state;
      const ids = [message, ...following].map(({ id }) => id);
      const params = rows.decision(turn, { decidedMessageIds: ids, outbound: [rows.reply({ text: 'to all' })] });
      equal(await fixture.commit(params), { status: 'committed', next: null });
      for (const messageId of ids) {
        const outcome = given(await storage.outcome({ tenant, messageId }));
        matches(outcome, { decision: params.decision, replies: [{ text: 'to all', seq: 4 }] });
        equal([outcome.message.decidedAt, outcome.message.decisionId], [fixture.now, given(params.decision).id]);
        equal(await storage.decision({ tenant, messageId }), params.decision);
      }
      equal((await storage.counts({ tenant, now: fixture.now })).decisions.answered, 1, 'decisions');
      equal((await fixture.lanes()).process, 0);
      matches(await fixture.state(conversation.id), { message: null, following: [], conversation: { lastSeq: 4 } });
    });

    cases.it('may leave the later ones to the next decision', async (fixture) => {
      const turn = await heardOut(fixture, 3);
      const [second, third] = turn.state.following;
      const first = [turn.state.message.id, given(second).id];
      const next = given(await fixture.decide(turn, { decidedMessageIds: first }));
      equal([next.message, next.following], [third, []]);
      equal(await fixture.decide({ lease: turn.lease, state: { ...next, message: given(third) } }), null);
    });

    cases.it('take the oldest messages, in order and without gaps', async (fixture) => {
      const turn = await heardOut(fixture, 3);
      const decided = await fixture.answered({ clientId: 'other' });
      const elsewhere = (await fixture.hear({ clientId: 'elsewhere' })).message.id;
      const [one, two, three] = [turn.state.message, ...turn.state.following].map(({ id }) => id);
      const before = await fixture.everything();
      const faults = [[two], [three], [two, one], [one, three], [two, three], [one, one], [one, two, three, elsewhere]];
      for (const fault of [...faults, [one, decided.messageId], [elsewhere], ['unknown']]) {
        const decidedMessageIds = fault.map((id) => given(id));
        const changes = { decidedMessageIds, conversation: { awaiting: 'screenshot' } };
        await rejects(fixture.commit(fixture.rows.decision(turn, changes)));
        equal(await fixture.everything(), before);
      }
    });

    cases.it('close the conversation only with the last of them', async (fixture) => {
      const turn = await heardOut(fixture, 2);
      const ids = [turn.state.message, ...turn.state.following].map(({ id }) => id);
      const conversation = { status: 'closed', closedAt: fixture.now } as const;
      const some = fixture.rows.decision(turn, { conversation, decidedMessageIds: ids.slice(0, 1) });
      equal(await fixture.commit(some), { status: 'conflict' });
      await fixture.decide(turn, { conversation, decidedMessageIds: ids });
      matches(await fixture.state(turn.lease.conversationId), { conversation });
    });

    cases.it('show 49 messages behind the first, each state its own', async (fixture) => {
      const { conversation } = await fixture.hear({ text: '1' });
      for (let n = 2; n <= 55; n += 1) await fixture.hear({ text: `${n}` });
      const few = await fixture.hear({ clientId: 'few', text: 'a' });
      await fixture.hear({ clientId: 'few', text: 'b' });
      const conversationIds = [few.conversation.id, conversation.id];
      const states = await fixture.storage.states({ tenant: fixture.tenant, conversationIds });
      const texts = states.map(({ message, following }) => [message, ...following].map((one) => one?.text));
      equal(texts, [['a', 'b'], Array.from({ length: 50 }, (_, index) => `${index + 1}`)]);
      const turn = await fixture.claimTurn({ conversationId: conversation.id });
      const next = given(await fixture.decide(turn));
      equal([next.message?.text, next.following.at(0)?.text, next.following.at(-1)?.text], ['2', '3', '51']);
    });

    cases.it('decide fifty at once', async (fixture) => {
      const turn = await heardOut(fixture, 50);
      const decidedMessageIds = [turn.state.message, ...turn.state.following].map(({ id }) => id);
      equal(decidedMessageIds.length, 50);
      equal(await fixture.decide(turn, { decidedMessageIds }), null);
    });
  });
}
