import { equal, matches } from './assert';
import type { Cases } from './cases';
import { furnish } from './furnishing';
import { LEASE_MS, MINUTE } from './values';

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
      const rows = await furnish(fixture, 'client');
      await fixture.putTemplate('greeting', 'en', 'Hi');
      const neighbour = fixture.neighbour();
      const { storage, tenant } = neighbour;
      const empty = await neighbour.everything();
      matches(empty, {
        states: [],
        deliveries: [],
        tickets: [],
        queue: [],
        templates: [],
        events: [],
        due: [null, null, null, null, null],
      });
      const conversationId = rows.conversation.id;
      equal(await storage.states({ tenant, conversationIds: [conversationId] }), []);
      equal(await storage.conversation({ tenant, conversationId }), null);
      equal((await storage.messages({ tenant, conversationId, limit: 10 })).items, []);
      equal(await storage.messagesBefore({ tenant, conversationId, seq: 9, limit: 9 }), []);
      equal((await storage.conversations({ tenant, clientId: 'client', limit: 10 })).items, []);
      equal((await storage.deliveries({ tenant, conversationId, limit: 10 })).items, []);
      equal(await storage.reminders({ tenant, conversationId }), []);
      equal(await storage.drafts({ tenant, conversationId }), []);
      equal(await storage.notes({ tenant, conversationId }), []);
      equal(await storage.corrections({ tenant, limit: 9 }), []);
      equal(await neighbour.archive('client'), null);
      equal(await storage.outcome({ tenant, messageId: rows.message.id }), null);
      equal(await storage.decision({ tenant, messageId: rows.message.id }), null);
      equal(await storage.decision({ tenant, messageId: rows.sending.message.id }), null);
      equal(await storage.ticket({ tenant, ticketId: rows.ticket.id }), null);
      equal(await storage.delivery({ tenant, deliveryId: rows.dead.delivery.id }), null);
    });

    cases.it('cannot change anything of each other by any write', async (fixture) => {
      const { conversation, turn, dead, sending, remindLease, watchLease } = await furnish(fixture, 'client');
      const before = await fixture.everything();
      const neighbour = fixture.neighbour();
      const { storage, tenant, rows } = neighbour;
      neighbour.now = fixture.now + LEASE_MS;
      equal(await neighbour.claim('process'), []);
      equal(await neighbour.claim('remind'), []);
      equal(await neighbour.claim('watch'), []);
      equal(await neighbour.claim('process', { conversationId: conversation.id }), []);
      equal(await neighbour.claimDeliveries(), []);
      const { conversation: current } = turn.state;
      const settleReminder = { status: 'cancelled', reason: null, messageId: null } as const;
      for (const lease of [null, turn.lease, remindLease, watchLease]) {
        const result = await neighbour.commit(rows.act(current, { lease, settleReminder, watch: { dueAt: null } }));
        equal(result.status, lease === null ? 'conflict' : 'lost');
      }
      for (const lease of [turn.lease, remindLease, watchLease, sending.lease]) {
        equal(await storage.release({ tenant, lease, dueAt: null }), false);
      }
      equal(await neighbour.finish(rows.result(sending, 'sent')), []);
      equal(await neighbour.replay(dead.delivery.id), null);
      equal(await neighbour.erase('client'), null);
      equal(await fixture.everything(), before);
    });

    cases.it('cannot reach each other by what is put, superseded, erased or pruned', async (fixture) => {
      const neighbour = fixture.neighbour();
      const drafts = (await fixture.answered({ clientId: 'client', key: 'k', keyExpiresAt: fixture.now })).deliveries;
      const done = await fixture.answered({ clientId: 'done', replies: [] });
      await fixture.putTemplate('greeting', 'en', 'Hi');
      const own = await neighbour.answered({ clientId: 'client', replies: [] });
      const { conversation } = await neighbour.state(own.conversationId);
      const before = await fixture.everything();
      equal(await neighbour.commit(neighbour.rows.act(conversation, { supersede: drafts })), { status: 'conflict' });
      await neighbour.putTemplate('greeting', 'en', 'Hello');
      await neighbour.putTemplate('greeting', 'en', null);
      neighbour.wait(MINUTE);
      const old = { conversationsBefore: neighbour.now, eventsBefore: neighbour.now };
      matches(await neighbour.prune(old), { conversations: 1, clients: 1, idempotencyKeys: 0 });
      await neighbour.answered({ clientId: 'client' });
      equal(await neighbour.erase('client'), { conversations: 1, messages: 2 });
      equal(await fixture.everything(), before);
      matches(await fixture.state(done.conversationId), { client: { id: 'done' } });
      fixture.wait(MINUTE);
      matches(await fixture.prune(), { idempotencyKeys: 1 });
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
