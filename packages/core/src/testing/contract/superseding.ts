import { equal, given, matches } from './assert';
import type { Cases } from './cases';
import { MINUTE, SECOND, T0 } from './values';

export function draftCases(cases: Cases): void {
  cases.describe('drafts', () => {
    cases.it('are the replies nobody began to send, in order, with what they answer', async (fixture) => {
      const { rows, storage, tenant } = fixture;
      const later = { delayMs: MINUTE };
      const first = await fixture.answered({ replies: [rows.reply({ text: 'one' }), rows.reply({ text: 'two' })] });
      const { conversationId } = first;
      const turn = await fixture.hearLeased({ text: 'a' });
      const also = await fixture.hear({ text: 'b' });
      const decidedMessageIds = [turn.state.message.id, also.message.id];
      const outbound = [rows.reply({ type: 'greeting', ...later }), rows.reply({ text: 'three', ...later })];
      await fixture.decide(turn, { decidedMessageIds, outbound });
      await fixture.answered({ clientId: 'other' });
      await fixture.claimDeliveries();
      const drafts = await storage.drafts({ tenant, conversationId });
      equal(
        drafts.map(({ deliveryId, reply }) => [deliveryId, reply.text, reply.seq]),
        [
          [first.deliveries[1], 'two', 3],
          [given(outbound[1]?.delivery).id, 'three', 7],
        ],
      );
      equal(
        drafts.map(({ answers }) => answers.map(({ id }) => id)),
        [[first.messageId], decidedMessageIds],
      );
      const { items } = await storage.messages({ tenant, conversationId, limit: 10 });
      equal([drafts[1]?.reply, ...(drafts[1]?.answers ?? [])], [items[6], items[3], items[4]], 'whole messages');
    });

    cases.it('are none where nothing waits: sent, failed once, settled, or nowhere to send', async (fixture) => {
      const { rows, storage, tenant } = fixture;
      const { conversationId } = await fixture.answered({ replies: [rows.reply(), rows.reply(), rows.reply()] });
      const read = async () => (await storage.drafts({ tenant, conversationId })).length;
      equal(await read(), 3);
      await fixture.finish(rows.result(await fixture.claimOne(), 'sent'));
      equal(await read(), 2);
      await fixture.finish(rows.result(await fixture.claimOne(), 'pending', { againAt: T0 + MINUTE }));
      equal(await read(), 1, 'tried again later is no draft');
      await fixture.act(conversationId, { cancelDeliveries: { types: ['bot_auto'], reason: 'taken_over' } });
      await fixture.answered({ replies: [rows.reply({ delivered: false })] });
      equal(await read(), 0);
      equal(await storage.drafts({ tenant, conversationId: 'unknown' }), []);
    });

    cases.it('answer also what was answered by those they replaced', async (fixture) => {
      const { rows, storage, tenant } = fixture;
      const first = await fixture.answered({ replies: [rows.reply({ delayMs: MINUTE })] });
      const turn = await fixture.hearLeased({ text: 'more' });
      const { id } = turn.state.message;
      const outbound = [rows.reply({ delayMs: MINUTE })];
      const params = rows.decision(turn, { outbound, supersede: first.deliveries });
      const decision = { ...given(params.decision), answers: [first.messageId, id] };
      await fixture.commit({ ...params, decision });
      const [draft] = await storage.drafts({ tenant, conversationId: first.conversationId });
      equal(given(draft).decision, decision);
      equal(
        given(draft).answers.map((message) => message.id),
        [first.messageId, id],
      );
    });

    cases.it('that follow from no decision answer nothing', async (fixture) => {
      const { conversationId } = await fixture.answered({ replies: [] });
      await fixture.act(conversationId, { outbound: [fixture.rows.reply()] });
      matches(await fixture.storage.drafts({ tenant: fixture.tenant, conversationId }), [{ answers: [] }]);
    });
  });

  cases.describe('commit: superseding drafts', () => {
    cases.it('cancels them, and what replaces them need not wait', async (fixture) => {
      const { rows } = fixture;
      const replies = [rows.reply({ delayMs: MINUTE }), rows.reply({ delayMs: MINUTE }), rows.reply()];
      const { conversationId, deliveries } = await fixture.answered({ replies });
      fixture.wait(SECOND);
      const turn = await fixture.hearLeased();
      const reply = rows.reply();
      const supersede = deliveries.slice(0, 2);
      await fixture.decide(turn, { supersede, outbound: [reply] });
      for (const id of supersede) {
        const ended = { status: 'cancelled', reason: 'superseded', settledAt: fixture.now, attempts: 0, history: [] };
        matches(await fixture.delivery(id), ended);
      }
      const told = replies.slice(0, 2).map(({ message }, index) => ({
        type: 'delivery.settled',
        at: fixture.now,
        conversationId,
        data: {
          deliveryId: deliveries[index],
          messageId: message.id,
          status: 'cancelled',
          attempt: 0,
          code: 'superseded',
        },
      }));
      matches(await fixture.lastEvents(3), [...told, { type: 'message.decided' }]);
      const [kept] = await fixture.claimThese(given(deliveries[2]));
      await fixture.finish(rows.result(given(kept), 'sent'));
      await fixture.claimThese(given(reply.delivery).id);
    });

    cases.it('leaves no lane where nothing is left to send', async (fixture) => {
      const { conversationId, deliveries } = await fixture.answered();
      await fixture.act(conversationId, { supersede: deliveries });
      equal(await fixture.lanes(), { process: 0, deliver: 0, remind: 0, watch: 0, announce: 0 });
      equal(await fixture.nextDueAt('deliver'), null);
    });

    cases.it('comes before cancelling, and both are told with their reasons', async (fixture) => {
      const { rows } = fixture;
      const { conversationId, deliveries } = await fixture.answered({ replies: [rows.reply(), rows.reply()] });
      const cancelDeliveries = { types: ['bot_auto'], reason: 'taken_over' } as const;
      await fixture.act(conversationId, { supersede: deliveries.slice(1), cancelDeliveries });
      matches(await fixture.lastEvents(2), [
        { data: { deliveryId: deliveries[1], code: 'superseded' } },
        { data: { deliveryId: deliveries[0], code: 'taken_over' } },
      ]);
    });

    cases.it(
      'is a conflict, and changes nothing, once one was begun, settled or is somewhere else',
      async (fixture) => {
        const { rows } = fixture;
        const other = await fixture.answered({ clientId: 'other', replies: [rows.reply({ delayMs: MINUTE })] });
        const replies = [rows.reply(), rows.reply(), rows.reply()];
        const { conversationId, deliveries } = await fixture.answered({ replies });
        const sending = await fixture.claimOne();
        const { conversation } = await fixture.state(conversationId);
        const refused = async (id: string) => {
          const before = await fixture.everything();
          const supersede = [given(deliveries[2]), id];
          const params = rows.act(
            { ...conversation, ...(await fixture.state(conversationId)).conversation },
            { supersede },
          );
          equal(await fixture.commit({ ...params, watch: { dueAt: T0 } }), { status: 'conflict' });
          equal(await fixture.everything(), before);
        };
        for (const id of [sending.delivery.id, given(other.deliveries[0]), 'unknown']) await refused(id);
        await fixture.finish(rows.result(sending, 'pending', { againAt: T0 + MINUTE }));
        await refused(sending.delivery.id);
        fixture.wait(MINUTE);
        await fixture.finish(rows.result(await fixture.claimOne(), 'dead'));
        await refused(sending.delivery.id);
        await fixture.act(conversationId, { supersede: deliveries.slice(1, 2) });
        await refused(given(deliveries[1]));
      },
    );

    cases.it('says "lost" rather than "conflict", and "conflict" rather than failing', async (fixture) => {
      const { rows } = fixture;
      const turn = await fixture.hearLeased();
      const supersede = ['unknown'];
      const decidedMessageIds = ['unknown'];
      const params = rows.decision(turn, { supersede, decidedMessageIds });
      equal(await fixture.commit(params), { status: 'conflict' });
      await fixture.storage.release({ tenant: fixture.tenant, lease: turn.lease, dueAt: T0 });
      equal(await fixture.commit(params), { status: 'lost' });
    });
  });
}
