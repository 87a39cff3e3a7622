import { equal, given, isTrue, matches } from './assert';
import type { Cases } from './cases';
import { furnish, furnishQuietly } from './furnishing';
import { CHANNEL, OTHER_CHANNEL, SECOND, T0 } from './values';

export function archiveCases(cases: Cases): void {
  cases.describe('archive', () => {
    cases.it('holds everything about the client, in the order it came, and nothing else', async (fixture) => {
      const { storage, tenant } = fixture;
      const { conversation, ticket, note, reminder, decision, turn } = await furnish(fixture, 'client');
      await furnishQuietly(fixture, 'other');
      fixture.wait(SECOND);
      const second = await fixture.answered({ channel: OTHER_CHANNEL });
      fixture.wait(SECOND);
      await fixture.hear({ channel: CHANNEL });
      const archive = given(await fixture.archive('client'));

      const conversationIds = [conversation.id, second.conversationId];
      const states = await storage.states({ tenant, conversationIds });
      equal(archive.client, given(states[0]).client);
      equal(
        archive.conversations,
        states.map((state) => state.conversation),
      );
      const messages = [];
      const deliveries = [];
      for (const conversationId of conversationIds) {
        messages.push(...(await storage.messages({ tenant, conversationId, limit: 100 })).items);
        const { items } = await storage.deliveries({ tenant, conversationId, limit: 100 });
        for (const { id: deliveryId } of [...items].sort((a, b) => a.seq - b.seq)) {
          deliveries.push(given(await storage.delivery({ tenant, deliveryId })));
        }
      }
      messages.sort((a, b) => a.createdAt - b.createdAt);
      equal(archive.messages, messages);
      equal(archive.messages.length, 10, 'messages');
      equal(archive.deliveries, deliveries);
      isTrue(
        archive.deliveries.some(({ attempts }) => attempts.length === 1),
        'attempts are part of it',
      );
      equal(archive.decisions, [decision, await storage.decision({ tenant, messageId: second.messageId })]);
      equal([archive.tickets, archive.notes, archive.reminders], [[ticket], [note], [reminder]]);
      matches(await fixture.commit(fixture.rows.decision(turn)), { status: 'committed' }, 'the lease is left alone');
    });

    cases.it('is an act of a person, and told for each conversation', async (fixture) => {
      const first = await fixture.answered();
      const second = await fixture.answered({ channel: OTHER_CHANNEL });
      fixture.wait(SECOND);
      await fixture.archive('client');
      const told = { type: 'conversation.exported', at: T0 + SECOND, data: { operatorId: 'operator-1' } };
      const events = await fixture.lastEvents(2);
      matches(events, [told, told]);
      equal(
        events.map(({ conversationId }) => conversationId).sort(),
        [first.conversationId, second.conversationId].sort(),
      );
    });

    cases.it('is none for a client who never wrote', async (fixture) => {
      await fixture.answered();
      const before = await fixture.everything();
      equal(await fixture.archive('unknown'), null);
      equal(await fixture.everything(), before);
    });
  });
}

export function eraseCases(cases: Cases): void {
  cases.describe('erase', () => {
    cases.it('leaves nothing of the client but the notice, and everything of the others', async (fixture) => {
      const { storage, tenant } = fixture;
      await furnishQuietly(fixture, 'stays');
      const before = (await fixture.everything()) as { readonly events: readonly unknown[] };
      const { conversation, message, ticket, sending, dead, decision } = await furnish(fixture, 'goes');
      const second = await fixture.answered({ clientId: 'goes', channel: OTHER_CHANNEL });
      await fixture.archive('goes');
      const last = given((await fixture.lastEvents(1))[0]).seq;
      equal(await fixture.erase('goes'), { conversations: 2, messages: 9 });

      const after = (await fixture.everything()) as { readonly events: readonly { readonly seq: number }[] };
      const notices = after.events.slice(before.events.length);
      equal(after, { ...before, events: [...before.events, ...notices] });
      const told = { type: 'conversation.erased', at: T0, data: { reason: 'erased', operatorId: 'operator-1' } };
      matches(notices, [told, told]);
      isTrue(
        notices.every(({ seq }) => seq > last),
        'the feed goes on behind what was there',
      );
      const conversationId = conversation.id;
      equal(await storage.states({ tenant, conversationIds: [conversationId, second.conversationId] }), []);
      for (const messageId of [message.id, sending.message.id, second.messageId, decision.messageId]) {
        equal(
          [await storage.outcome({ tenant, messageId }), await storage.decision({ tenant, messageId })],
          [null, null],
        );
      }
      equal((await storage.messages({ tenant, conversationId, limit: 10 })).items, []);
      equal(await storage.notes({ tenant, conversationId }), []);
      equal(await storage.corrections({ tenant, limit: 9 }), []);
      equal(await storage.reminders({ tenant, conversationId }), []);
      equal(await storage.drafts({ tenant, conversationId }), []);
      equal(await storage.ticket({ tenant, ticketId: ticket.id }), null);
      for (const { delivery } of [sending, dead]) {
        equal(await storage.delivery({ tenant, deliveryId: delivery.id }), null);
        equal(await fixture.replay(delivery.id), null);
      }
      equal((await storage.conversations({ tenant, clientId: 'goes', limit: 10 })).items, []);
      equal([await fixture.archive('goes'), await fixture.erase('goes')], [null, null]);
    });

    cases.it('takes the work from whoever holds it, and a send under way is not written', async (fixture) => {
      const { storage, tenant, rows } = fixture;
      const { turn, sending, remindLease, watchLease } = await furnish(fixture, 'goes');
      await fixture.erase('goes');
      const before = await fixture.everything();
      const { conversation, client } = turn.state;
      const known = { client: { expectedVersion: client.version, greetedAt: T0 } };
      equal(await fixture.commit(rows.act(conversation, known)), { status: 'conflict' });
      for (const lease of [turn.lease, remindLease, watchLease]) {
        equal(await fixture.commit(rows.act(conversation, { lease, ...known })), { status: 'lost' });
        equal(await storage.release({ tenant, lease, dueAt: fixture.now }), false);
      }
      equal(await fixture.commit(rows.decision(turn)), { status: 'lost' });
      equal(await fixture.finish(rows.result(sending, 'sent')), []);
      equal(await fixture.everything(), before);
    });

    cases.it('lets the client come back as a new one, with the keys free', async (fixture) => {
      const { conversation } = await furnish(fixture, 'client', 'k');
      await fixture.erase('client');
      fixture.wait(SECOND);
      const back = await fixture.hear({ clientId: 'client', key: 'k', fingerprint: 'other' });
      matches(back, { opened: true, message: { seq: 1 } });
      isTrue(back.conversation.id !== conversation.id, 'another conversation');
      const { client } = await fixture.state(back.conversation.id);
      matches(client, { name: null, greetedAt: null, version: 1, createdAt: fixture.now });
    });

    cases.it('leaves a key that somebody else has claimed since', async (fixture) => {
      await fixture.hear({ clientId: 'goes', key: 'k', keyExpiresAt: T0 + SECOND });
      fixture.wait(SECOND);
      const { message } = await fixture.hear({ clientId: 'stays', key: 'k' });
      await fixture.erase('goes');
      matches(await fixture.accept({ key: 'k' }), { status: 'duplicate', messageId: message.id });
    });

    cases.it('removes what was decided together, however many messages it was', async (fixture) => {
      const turn = await fixture.hearLeased({ clientId: 'goes' });
      const more = await fixture.hear({ clientId: 'goes' });
      await fixture.decide(turn, { decidedMessageIds: [turn.state.message.id, more.message.id] });
      equal(await fixture.erase('goes'), { conversations: 1, messages: 3 });
      const { decisions, messages } = await fixture.storage.counts({ tenant: fixture.tenant, now: fixture.now });
      equal([decisions.answered, messages.inbound, messages.outbound], [0, 0, 0]);
    });

    cases.it('of a client who never wrote changes nothing', async (fixture) => {
      await fixture.answered();
      const before = await fixture.everything();
      equal(await fixture.erase('unknown'), null);
      equal(await fixture.everything(), before);
    });
  });
}
