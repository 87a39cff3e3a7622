import { equal, given, matches } from './assert';
import type { Cases } from './cases';
import type { Fixture } from './fixture';
import { LEASE_MS, MINUTE } from './values';

/** A conversation with everything in it: a reply under way, a dead one, a pending reminder, a ticket, an open message. */
async function furnish(fixture: Fixture) {
  const { rows } = fixture;
  const first = await fixture.hearLeased({ key: 'k', clientId: 'client', name: 'Anna' });
  const { conversation, message } = first.state;
  const ticket = rows.ticket(conversation);
  const reminder = rows.reminder(conversation, fixture.now);
  await fixture.decide(first, {
    client: { expectedVersion: 1, greetedAt: fixture.now },
    outbound: [rows.reply(), rows.reply()],
    openTicket: ticket,
    scheduleReminder: reminder,
    conversation: { ticketId: ticket.id },
  });
  const dead = await fixture.claimOne();
  await fixture.finish(rows.result(dead, 'dead'));
  const [remindLease] = await fixture.claim('remind');
  const turn = await fixture.hearLeased();
  const sending = await fixture.claimOne();
  return { conversation, message, ticket, reminder, turn, dead, sending, remindLease: given(remindLease) };
}

export function tenantCases(cases: Cases): void {
  cases.describe('tenants', () => {
    cases.it('do not share keys, clients or conversations', async (fixture) => {
      const neighbour = fixture.neighbour();
      const one = await fixture.hear({ key: 'k', name: 'Anna' });
      const two = await neighbour.hear({ key: 'k', fingerprint: 'other' });
      matches(two, { opened: true, message: { seq: 1, tenant: neighbour.tenant }, conversation: { lastSeq: 1 } });
      matches(await fixture.accept({ key: 'k' }), { messageId: one.message.id, sameContent: true });
      matches(await neighbour.accept({ key: 'k' }), { messageId: two.message.id, sameContent: false });
      equal((await neighbour.state(two.conversation.id)).client.name, null);
      await fixture.decide(await fixture.claimTurn(), { client: { expectedVersion: 1, greetedAt: fixture.now } });
      matches((await neighbour.state(two.conversation.id)).client, { greetedAt: null, version: 1 });
    });

    cases.it('see nothing of each other in any read', async (fixture) => {
      const rows = await furnish(fixture);
      const neighbour = fixture.neighbour();
      const { storage, tenant } = neighbour;
      const empty = await neighbour.everything();
      matches(empty, { states: [], deliveries: [], tickets: [], events: [], due: [null, null, null] });
      const conversationId = rows.conversation.id;
      equal(await storage.states({ tenant, conversationIds: [conversationId] }), []);
      equal(await storage.conversation({ tenant, conversationId }), null);
      equal((await storage.messages({ tenant, conversationId, limit: 10 })).items, []);
      equal((await storage.conversations({ tenant, clientId: 'client', limit: 10 })).items, []);
      equal((await storage.deliveries({ tenant, conversationId, limit: 10 })).items, []);
      equal(await storage.reminders({ tenant, conversationId }), []);
      equal(await storage.outcome({ tenant, messageId: rows.message.id }), null);
      equal(await storage.decision({ tenant, messageId: rows.message.id }), null);
      equal(await storage.decision({ tenant, messageId: rows.sending.message.id }), null);
      equal(await storage.ticket({ tenant, ticketId: rows.ticket.id }), null);
      equal(await storage.delivery({ tenant, deliveryId: rows.dead.delivery.id }), null);
    });

    cases.it('cannot change anything of each other by any write', async (fixture) => {
      const { conversation, turn, dead, sending, remindLease } = await furnish(fixture);
      const before = await fixture.everything();
      const neighbour = fixture.neighbour();
      const { storage, tenant, rows } = neighbour;
      neighbour.now = fixture.now + LEASE_MS;
      equal(await neighbour.claim('process'), []);
      equal(await neighbour.claim('remind'), []);
      equal(await neighbour.claim('process', { conversationId: conversation.id }), []);
      equal(await neighbour.claimDeliveries(), []);
      const { conversation: current } = turn.state;
      const settleReminder = { status: 'cancelled', reason: null, messageId: null } as const;
      for (const lease of [null, turn.lease, remindLease]) {
        const result = await neighbour.commit(rows.act(current, { lease, settleReminder }));
        equal(result.status, lease === null ? 'conflict' : 'lost');
      }
      for (const lease of [turn.lease, remindLease, sending.lease]) {
        equal(await storage.release({ tenant, lease, dueAt: null }), false);
      }
      equal(await neighbour.finish(rows.result(sending, 'sent')), []);
      equal(await storage.replayDelivery({ tenant, now: neighbour.now, deliveryId: dead.delivery.id }), null);
      equal(await fixture.everything(), before);
    });

    cases.it('have feeds of their own', async (fixture) => {
      const neighbour = fixture.neighbour();
      await fixture.hear();
      await neighbour.hear();
      await fixture.answered();
      const { storage } = fixture;
      for (const { tenant } of [fixture, neighbour]) {
        const events = await storage.events({ tenant, after: 0, limit: 100 });
        equal([...new Set(events.map((event) => event.tenant))], [tenant]);
      }
      fixture.wait(MINUTE);
      equal((await storage.events({ tenant: neighbour.tenant, after: 0, limit: 100 })).length, 2);
    });
  });
}
