import { equal, given, isTrue, matches } from './assert';
import type { Cases } from './cases';
import { LEASE_MS, MINUTE, OTHER_CHANNEL, SECOND, T0 } from './values';

export function leaseCases(cases: Cases): void {
  cases.describe('leases', () => {
    cases.it('leases the lane to the caller of accept who asks, and to nobody else', async (fixture) => {
      const { work, conversation, message } = await fixture.hear({ leased: true });
      const { lease, state } = given(work);
      matches(lease, { kind: 'process', conversationId: conversation.id, until: T0 + LEASE_MS, claims: 1 });
      matches(state, { conversation, message, reminder: null, client: { id: 'client' } });
      equal((await fixture.hear({ leased: true })).work, null, 'a second caller');
      equal(await fixture.claim('process'), [], 'a worker');
      equal(await fixture.nextDueAt('process'), T0 + LEASE_MS);
    });

    cases.it('starts the caller of accept with the oldest undecided message', async (fixture) => {
      const first = await fixture.hear();
      const second = await fixture.hear({ leased: true });
      equal(given(second.work).state.message, first.message);
      equal(given(second.work).state.conversation, second.conversation);
    });

    cases.it('leaves the lane due where no lease is asked for', async (fixture) => {
      const { conversation } = await fixture.hear();
      equal(await fixture.nextDueAt('process'), T0);
      const [lease, ...others] = await fixture.claim('process');
      matches(lease, { kind: 'process', conversationId: conversation.id, until: T0 + LEASE_MS, claims: 1 });
      equal(others, []);
      equal(await fixture.claim('process'), [], 'claimed twice');
    });

    cases.it('lets somebody else claim at the end of the lease, not before, and counts the claims', async (fixture) => {
      await fixture.hear({ leased: true });
      fixture.wait(LEASE_MS - 1);
      equal(await fixture.claim('process'), []);
      fixture.wait(1);
      matches(await fixture.claim('process'), [{ claims: 2, until: fixture.now + LEASE_MS }]);
      fixture.wait(LEASE_MS);
      const { work } = await fixture.hear({ leased: true });
      equal(given(work).lease.claims, 3);
    });

    cases.it('fences off a late commit and a late release', async (fixture) => {
      const late = await fixture.hearLeased();
      fixture.wait(LEASE_MS);
      const turn = await fixture.claimTurn();
      const before = await fixture.everything();
      equal(await fixture.commit(fixture.rows.decision(late)), { status: 'lost' });
      equal(await fixture.storage.release({ tenant: fixture.tenant, lease: late.lease, dueAt: fixture.now }), false);
      equal(await fixture.storage.release({ tenant: fixture.tenant, lease: late.lease, dueAt: null }), false);
      equal(await fixture.everything(), before);
      equal(await fixture.decide(turn), null);
      equal((await fixture.commit(fixture.rows.decision(late))).status, 'lost', 'after the work is done');
    });

    cases.it('says "lost" rather than "conflict" where both are true', async (fixture) => {
      const late = await fixture.hearLeased();
      fixture.wait(LEASE_MS);
      await fixture.decide(await fixture.claimTurn());
      equal(await fixture.commit(fixture.rows.decision(late)), { status: 'lost' });
    });

    cases.it('keeps a lease in force until somebody claims, also after its time', async (fixture) => {
      const turn = await fixture.hearLeased();
      fixture.wait(10 * LEASE_MS);
      equal(await fixture.decide(turn), null);
    });

    cases.it('gives released work back at the time told, with the claims counting on', async (fixture) => {
      const { lease, state } = await fixture.hearLeased();
      const { tenant, storage } = fixture;
      equal(await storage.release({ tenant, lease, dueAt: T0 + MINUTE }), true);
      equal(await storage.release({ tenant, lease, dueAt: T0 }), false, 'released twice');
      equal(await fixture.nextDueAt('process'), T0 + MINUTE);
      equal((await fixture.hear({ leased: true })).work, null, 'due later');
      equal(await fixture.claim('process'), []);
      fixture.wait(MINUTE);
      const turn = await fixture.claimTurn();
      equal([turn.lease.claims, turn.state.message.id], [2, state.message.id]);
    });

    cases.it('counts the claims anew once the work was finished', async (fixture) => {
      const { lease } = await fixture.hearLeased();
      await fixture.storage.release({ tenant: fixture.tenant, lease, dueAt: T0 });
      await fixture.decide(await fixture.claimTurn());
      equal((await fixture.hearLeased()).lease.claims, 1);
    });

    cases.it('never loses a message to a release that saw nothing to do', async (fixture) => {
      const { lease } = await fixture.hearLeased();
      equal(await fixture.storage.release({ tenant: fixture.tenant, lease, dueAt: null }), true);
      equal((await fixture.claim('process')).length, 1, 'lanes left, since a message is undecided');
    });
  });

  cases.describe('claims', () => {
    cases.it('come earliest first, at most as many as asked for', async (fixture) => {
      const expected: string[] = [];
      for (const clientId of ['a', 'b', 'c', 'd']) {
        expected.push((await fixture.hear({ clientId })).conversation.id);
        fixture.wait(SECOND);
      }
      const first = await fixture.claim('process', { limit: 3 });
      const second = await fixture.claim('process', { limit: 3 });
      equal(
        [...first, ...second].map((lease) => lease.conversationId),
        expected,
      );
      equal(first.length, 3);
    });

    cases.it('put a lease that ran out behind what was due before its end', async (fixture) => {
      const held = await fixture.hearLeased({ clientId: 'held' });
      fixture.wait(SECOND);
      const due = await fixture.hear({ clientId: 'due' });
      fixture.wait(LEASE_MS);
      equal(
        (await fixture.claim('process')).map((lease) => lease.conversationId),
        [due.conversation.id, held.lease.conversationId],
      );
    });

    cases.it('can be narrowed to a conversation', async (fixture) => {
      const one = await fixture.hear();
      const two = await fixture.hear({ channel: OTHER_CHANNEL });
      const conversationId = two.conversation.id;
      matches(await fixture.claim('process', { conversationId }), [{ conversationId }]);
      equal(await fixture.claim('process', { conversationId }), [], 'while it is held');
      equal(await fixture.claim('process', { conversationId: 'unknown' }), []);
      equal(await fixture.claim('remind', { conversationId }), [], 'another kind');
      matches(await fixture.claim('process'), [{ conversationId: one.conversation.id }]);
    });

    cases.it('narrowed to a conversation, come before their time, unless somebody holds them', async (fixture) => {
      const turn = { quietMs: 3 * SECOND, maxWaitMs: 12 * SECOND };
      const { conversation } = await fixture.hear({ turn });
      const conversationId = conversation.id;
      equal(await fixture.claim('process'), [], 'not due');
      const [lease] = await fixture.claim('process', { conversationId });
      matches(given(lease), { conversationId, claims: 1 });
      equal(await fixture.claim('process', { conversationId }), [], 'held');
    });

    cases.it('are never shared between claimers', async (fixture) => {
      for (let n = 0; n < 30; n += 1) await fixture.hear({ clientId: `client ${n}` });
      const rounds = await Promise.all(Array.from({ length: 10 }, () => fixture.claim('process', { limit: 5 })));
      const leases = rounds.flat();
      equal(new Set(leases.map((lease) => lease.conversationId)).size, leases.length, 'lanes claimed twice');
      const rest = await fixture.claim('process', { limit: 100 });
      equal(leases.length + rest.length, 30, 'lanes claimed');
      isTrue(
        rounds.every((round) => round.length <= 5),
        'no claim exceeds its limit',
      );
    });

    cases.it('find nothing where nothing is due', async (fixture) => {
      equal(await fixture.claim('process'), []);
      equal(await fixture.nextDueAt('process', 'deliver', 'remind'), null);
      await fixture.answered({ replies: [] });
      equal(await fixture.claim('process'), []);
      equal(await fixture.nextDueAt('process'), null);
    });
  });
}
