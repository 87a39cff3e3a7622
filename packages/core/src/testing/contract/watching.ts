import { equal, given, matches } from './assert';
import type { Cases } from './cases';
import type { Fixture } from './fixture';
import { LEASE_MS, MINUTE, SECOND, T0 } from './values';

const DUE = T0 + 30 * MINUTE;

/** A conversation in which somebody has to do something by `DUE`. */
async function watched(fixture: Fixture, clientId = 'client'): Promise<string> {
  const { conversationId } = await fixture.answered({ clientId, replies: [] });
  await fixture.act(conversationId, { watch: { dueAt: DUE }, conversation: { attendBy: DUE } });
  return conversationId;
}

async function watchLease(fixture: Fixture) {
  const [lease] = await fixture.claim('watch');
  return given(lease, 'a watch lane to claim');
}

export function watchCases(cases: Cases): void {
  cases.describe('commit: watch', () => {
    cases.it('is claimed when it is due, not before, and holds up nothing else', async (fixture) => {
      const conversationId = await watched(fixture);
      equal(await fixture.nextDueAt('watch'), DUE);
      equal(await fixture.nextDueAt('process', 'deliver', 'remind'), null);
      matches(await fixture.state(conversationId), { conversation: { attendBy: DUE } });
      fixture.now = DUE - 1;
      equal(await fixture.claim('watch'), []);
      fixture.now = DUE;
      matches(await fixture.claim('watch'), [{ kind: 'watch', conversationId, claims: 1, until: DUE + LEASE_MS }]);
      equal(await fixture.claim('watch'), [], 'claimed twice');
      await fixture.decide(await fixture.hearLeased());
      equal((await fixture.storage.counts({ tenant: fixture.tenant, now: fixture.now })).work.watch, 1);
    });

    cases.it('stays as it is when a commit says nothing of it', async (fixture) => {
      const conversationId = await watched(fixture);
      await fixture.act(conversationId, { conversation: { attendBy: null } });
      await fixture.decide(await fixture.hearLeased());
      equal(await fixture.nextDueAt('watch'), DUE);
      fixture.now = DUE;
      const lease = await watchLease(fixture);
      await fixture.act(conversationId, {});
      equal(await fixture.storage.release({ tenant: fixture.tenant, lease, dueAt: DUE }), true, 'the lease is kept');
    });

    cases.it('moves to another time, and goes', async (fixture) => {
      const conversationId = await watched(fixture);
      await fixture.act(conversationId, { watch: { dueAt: T0 + MINUTE } });
      equal(await fixture.nextDueAt('watch'), T0 + MINUTE);
      await fixture.act(conversationId, { watch: { dueAt: null } });
      equal([await fixture.nextDueAt('watch'), (await fixture.lanes()).watch], [null, 0]);
      await fixture.act(conversationId, { watch: { dueAt: null } });
    });

    cases.it('is finished by a commit under its lease, or goes on at the time that is told', async (fixture) => {
      const conversationId = await watched(fixture);
      fixture.now = DUE;
      await fixture.act(conversationId, { lease: await watchLease(fixture), watch: { dueAt: DUE + SECOND } });
      equal(await fixture.nextDueAt('watch'), DUE + SECOND);
      fixture.wait(SECOND);
      const lease = await watchLease(fixture);
      equal(lease.claims, 1);
      await fixture.act(conversationId, { lease });
      equal((await fixture.lanes()).watch, 0);
    });

    cases.it('is taken from whoever holds it when it is put anew or removed', async (fixture) => {
      const conversationId = await watched(fixture);
      fixture.now = DUE;
      for (const dueAt of [DUE + SECOND, null]) {
        const lease = await watchLease(fixture);
        await fixture.act(conversationId, { watch: { dueAt } });
        const { conversation } = await fixture.state(conversationId);
        const before = await fixture.everything();
        equal(await fixture.commit(fixture.rows.act(conversation, { lease })), { status: 'lost' });
        equal(await fixture.storage.release({ tenant: fixture.tenant, lease, dueAt: DUE }), false);
        equal(await fixture.everything(), before);
        fixture.wait(SECOND);
      }
      equal((await fixture.lanes()).watch, 0);
    });

    cases.it('comes due again when it is released, and goes when there is nothing to do', async (fixture) => {
      await watched(fixture);
      const { storage, tenant } = fixture;
      fixture.now = DUE;
      equal(await storage.release({ tenant, lease: await watchLease(fixture), dueAt: DUE + SECOND }), true);
      equal(await fixture.nextDueAt('watch'), DUE + SECOND);
      fixture.wait(SECOND);
      const lease = await watchLease(fixture);
      equal(lease.claims, 2);
      equal(await storage.release({ tenant, lease, dueAt: null }), true);
      equal((await fixture.lanes()).watch, 0);
    });

    cases.it('is not written by a commit that is refused', async (fixture) => {
      const conversationId = await watched(fixture);
      const { conversation } = await fixture.state(conversationId);
      const stale = { expectedVersion: conversation.version - 1, watch: { dueAt: null } };
      equal(await fixture.commit(fixture.rows.act(conversation, stale)), { status: 'conflict' });
      equal(await fixture.nextDueAt('watch'), DUE);
    });
  });
}
