import { equal, given, matches } from './assert';
import type { Cases } from './cases';
import type { Fixture } from './fixture';
import { LEASE_MS, MINUTE, SECOND, T0 } from './values';

const DUE = T0 + 15 * MINUTE;

/** A conversation with a reply, and a reminder that follows it up at `DUE`. */
async function reminded(fixture: Fixture, clientId = 'client') {
  const turn = await fixture.hearLeased({ clientId });
  const scheduleReminder = fixture.rows.reminder(turn.state.conversation, DUE);
  await fixture.decide(turn, { scheduleReminder });
  return { conversationId: turn.lease.conversationId, reminder: scheduleReminder };
}

export function reminderCases(cases: Cases): void {
  cases.describe('reminders', () => {
    cases.it('are claimed when they are due, not before', async (fixture) => {
      const { conversationId, reminder } = await reminded(fixture);
      equal(await fixture.nextDueAt('remind'), DUE);
      fixture.now = DUE - 1;
      equal(await fixture.claim('remind'), []);
      fixture.now = DUE;
      equal((await fixture.hear({ leased: true })).work === null, false, 'a reminder does not hold the process lane');
      matches(await fixture.claim('remind'), [{ kind: 'remind', conversationId, claims: 1, until: DUE + LEASE_MS }]);
      equal((await fixture.state(conversationId)).reminder, reminder);
      equal(await fixture.claim('remind'), [], 'claimed twice');
    });

    cases.it('fire under their lease: settle, say, and schedule the next', async (fixture) => {
      const { conversationId, reminder } = await reminded(fixture);
      const { rows } = fixture;
      fixture.now = DUE;
      const [lease] = await fixture.claim('remind');
      const { conversation } = await fixture.state(conversationId);
      const said = rows.reply({ type: 'reminder' });
      const next = rows.reminder(conversation, DUE + MINUTE, { step: 1 });
      const settled = { status: 'sent', reason: null, messageId: said.message.id } as const;
      const changes = { lease: given(lease), outbound: [said], settleReminder: settled, scheduleReminder: next };
      equal(await fixture.commit(rows.act(conversation, changes)), { status: 'committed', next: null });
      const kept = await fixture.storage.reminders({ tenant: fixture.tenant, conversationId });
      equal(kept, [{ ...reminder, ...settled, settledAt: DUE }, next]);
      equal(await fixture.claim('remind'), []);
      fixture.wait(MINUTE);
      matches(await fixture.claim('remind'), [{ conversationId, claims: 1 }]);
    });

    cases.it('end without a successor: nothing is left to do', async (fixture) => {
      const { conversationId } = await reminded(fixture);
      fixture.now = DUE;
      const [lease] = await fixture.claim('remind');
      const settleReminder = { status: 'skipped', reason: 'pointless', messageId: null } as const;
      await fixture.act(conversationId, { lease: given(lease), settleReminder });
      equal((await fixture.lanes()).remind, 0);
      equal((await fixture.state(conversationId)).reminder, null);
      matches(await fixture.storage.counts({ tenant: fixture.tenant, now: fixture.now }), {
        reminders: { pending: 0, skipped: 1 },
      });
    });

    cases.it('are cancelled by what people do, and their lane goes', async (fixture) => {
      const { conversationId, reminder } = await reminded(fixture);
      fixture.wait(SECOND);
      const settleReminder = { status: 'cancelled', reason: 'taken_over', messageId: null } as const;
      await fixture.act(conversationId, { settleReminder });
      equal(await fixture.nextDueAt('remind'), null);
      const kept = await fixture.storage.reminders({ tenant: fixture.tenant, conversationId });
      equal(kept, [{ ...reminder, ...settleReminder, settledAt: T0 + SECOND }]);
      await fixture.act(conversationId, { settleReminder });
      equal(await fixture.storage.reminders({ tenant: fixture.tenant, conversationId }), kept, 'settled once');
    });

    cases.it('are replaced by a later decision: one is pending, at its own time', async (fixture) => {
      const { conversationId, reminder } = await reminded(fixture);
      fixture.wait(MINUTE);
      const turn = await fixture.hearLeased();
      const scheduleReminder = fixture.rows.reminder(turn.state.conversation, DUE + MINUTE);
      const settleReminder = { status: 'cancelled', reason: 'client_answered', messageId: null } as const;
      await fixture.decide(turn, { settleReminder, scheduleReminder });
      equal(await fixture.nextDueAt('remind'), DUE + MINUTE);
      equal((await fixture.state(conversationId)).reminder, scheduleReminder);
      matches(await fixture.storage.reminders({ tenant: fixture.tenant, conversationId }), [
        { id: reminder.id, status: 'cancelled' },
        { id: scheduleReminder.id, status: 'pending' },
      ]);
    });

    cases.it('stay where they are when a commit says nothing of them', async (fixture) => {
      const { conversationId, reminder } = await reminded(fixture);
      await fixture.act(conversationId, { conversation: { awaiting: 'screenshot' } });
      equal(await fixture.nextDueAt('remind'), DUE);
      equal((await fixture.state(conversationId)).reminder, reminder);
    });

    cases.it('are taken from whoever is firing them when they are cancelled or replaced', async (fixture) => {
      const { conversationId } = await reminded(fixture);
      const { storage, tenant, rows } = fixture;
      fixture.now = DUE;
      const [lease] = await fixture.claim('remind');
      const before = await fixture.state(conversationId);
      const settleReminder = { status: 'cancelled', reason: 'taken_over', messageId: null } as const;
      const scheduleReminder = rows.reminder(before.conversation, DUE + MINUTE);
      await fixture.act(conversationId, { settleReminder, scheduleReminder });
      const firing = rows.act(before.conversation, {
        lease: given(lease),
        outbound: [rows.reply({ type: 'reminder' })],
      });
      equal(await fixture.commit(firing), { status: 'lost' });
      equal(await storage.release({ tenant, lease: given(lease), dueAt: DUE }), false);
      equal(await fixture.nextDueAt('remind'), DUE + MINUTE);
    });

    cases.it('come due again when they are released, and never get lost', async (fixture) => {
      await reminded(fixture);
      fixture.now = DUE;
      const [first] = await fixture.claim('remind');
      const { storage, tenant } = fixture;
      equal(await storage.release({ tenant, lease: given(first), dueAt: DUE + SECOND }), true);
      equal(await fixture.nextDueAt('remind'), DUE + SECOND);
      fixture.wait(SECOND);
      const [second] = await fixture.claim('remind');
      equal(given(second).claims, 2);
      equal(await storage.release({ tenant, lease: given(second), dueAt: null }), true);
      equal((await fixture.claim('remind')).length, 1, 'lanes left, since a reminder is pending');
    });

    cases.it('are found among many that are not due', async (fixture) => {
      for (let n = 0; n < 30; n += 1) {
        const turn = await fixture.hearLeased({ clientId: `client ${n}` });
        const dueAt = T0 + ((n * 7) % 30) * MINUTE;
        await fixture.decide(turn, {
          outbound: [],
          scheduleReminder: fixture.rows.reminder(turn.state.conversation, dueAt),
        });
      }
      fixture.now = T0 + 9 * MINUTE;
      const leases = await fixture.claim('remind', { limit: 100 });
      const states = await fixture.storage.states({
        tenant: fixture.tenant,
        conversationIds: leases.map((lease) => lease.conversationId),
      });
      equal(
        states.map((state) => given(state.reminder).dueAt),
        Array.from({ length: 10 }, (_, n) => T0 + n * MINUTE),
        'due times, earliest first',
      );
    });
  });
}
