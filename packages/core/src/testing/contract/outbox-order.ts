import { equal, given, matches } from './assert';
import type { Cases } from './cases';
import { LEASE_MS, MINUTE, SECOND, T0 } from './values';

export function orderCases(cases: Cases): void {
  cases.describe('deliveries: order', () => {
    cases.it('go out one after the other', async (fixture) => {
      const { rows } = fixture;
      const { deliveries } = await fixture.answered({ replies: [rows.reply(), rows.reply(), rows.reply()] });
      for (const id of deliveries) {
        const [claimed] = await fixture.claimThese(id);
        await fixture.claimThese();
        await fixture.finish(rows.result(given(claimed), 'sent'));
      }
      equal((await fixture.lanes()).deliver, 0);
    });

    cases.it('wait for one before them that is not due yet', async (fixture) => {
      const { rows } = fixture;
      const { deliveries } = await fixture.answered({
        replies: [rows.reply({ delayMs: 3 * SECOND }), rows.reply({ delayMs: 0 })],
      });
      equal(await fixture.nextDueAt('deliver'), T0 + 3 * SECOND);
      await fixture.answered();
      await fixture.claimThese();
      fixture.wait(3 * SECOND);
      await fixture.claimThese(given(deliveries[0]));
    });

    cases.it('wait for one before them that is backing off, and for their own time after it', async (fixture) => {
      const { rows } = fixture;
      const { deliveries } = await fixture.answered({ replies: [rows.reply(), rows.reply({ delayMs: 10 * MINUTE })] });
      const [first] = await fixture.claimThese(given(deliveries[0]));
      await fixture.finish(rows.result(given(first), 'pending', { againAt: T0 + MINUTE }));
      await fixture.answered();
      equal(await fixture.nextDueAt('deliver'), T0 + MINUTE);
      await fixture.claimThese();
      fixture.wait(MINUTE);
      const [again] = await fixture.claimThese(given(deliveries[0]));
      await fixture.finish(rows.result(given(again), 'sent'));
      equal(await fixture.nextDueAt('deliver'), T0 + 10 * MINUTE);
    });

    for (const status of ['dead', 'unknown', 'expired'] as const) {
      cases.it(`go on after one that ended ${status}`, async (fixture) => {
        const { rows } = fixture;
        const { deliveries } = await fixture.answered({ replies: [rows.reply(), rows.reply()] });
        await fixture.finish(rows.result(await fixture.claimOne(), status));
        matches(await fixture.delivery(given(deliveries[0])), { status, reason: 'http_503', settledAt: T0 });
        await fixture.claimThese(given(deliveries[1]));
      });
    }

    cases.it('do not hold up other conversations', async (fixture) => {
      await fixture.answered({ clientId: 'slow' });
      await fixture.claimOne();
      const { deliveries } = await fixture.answered({ clientId: 'quick' });
      await fixture.claimThese(...deliveries);
    });

    cases.it('find the lane held by whoever is sending, and go when that ends', async (fixture) => {
      const { rows } = fixture;
      await fixture.answered();
      const sending = await fixture.claimOne();
      const { deliveries } = await fixture.answered();
      await fixture.claimThese();
      await fixture.finish(rows.result(sending, 'sent'));
      await fixture.claimThese(...deliveries);
    });
  });
}

export function cancelCases(cases: Cases): void {
  cases.describe('deliveries: cancelling', () => {
    cases.it('cancels the pending ones of the given types in this conversation', async (fixture) => {
      const { rows } = fixture;
      const other = await fixture.answered({ clientId: 'other' });
      const { conversationId, deliveries } = await fixture.answered({
        replies: [
          rows.reply({ type: 'greeting' }),
          rows.reply(),
          rows.reply({ type: 'escalation_notice' }),
          rows.reply(),
        ],
      });
      const claimed = await fixture.claimDeliveries();
      const greeting = claimed.find(({ delivery }) => delivery.id === deliveries[0]);
      await fixture.finish(rows.result(given(greeting), 'sent'));
      fixture.wait(SECOND);
      const cancelDeliveries = { types: ['greeting', 'bot_auto'], reason: 'taken_over' } as const;
      await fixture.act(conversationId, { cancelDeliveries });
      const cancelled = { status: 'cancelled', reason: 'taken_over', settledAt: fixture.now };
      for (const [index, expected] of [{ status: 'sent' }, cancelled, { status: 'pending' }, cancelled].entries()) {
        matches(await fixture.delivery(given(deliveries[index])), expected, `delivery ${index}`);
      }
      matches(await fixture.delivery(given(other.deliveries[0])), { status: 'pending' });
      const told = [deliveries[1], deliveries[3]].map((deliveryId) => ({
        type: 'delivery.settled',
        at: fixture.now,
        conversationId,
        data: { deliveryId, status: 'cancelled', attempt: 0, code: 'taken_over' },
      }));
      matches(await fixture.lastEvents(2), told);
      await fixture.claimThese(given(deliveries[2]));
    });

    cases.it('comes before the new messages, which need not wait for what is cancelled', async (fixture) => {
      const { rows } = fixture;
      const { conversationId } = await fixture.answered({ replies: [rows.reply({ delayMs: MINUTE })] });
      const words = rows.reply({ type: 'operator' });
      const cancelDeliveries = { types: ['bot_auto', 'operator'], reason: 'taken_over' } as const;
      await fixture.act(conversationId, { cancelDeliveries, outbound: [words] });
      await fixture.claimThese(given(words.delivery).id);
    });

    cases.it('of everything leaves no lane', async (fixture) => {
      const { conversationId } = await fixture.answered();
      await fixture.act(conversationId, { cancelDeliveries: { types: ['bot_auto'], reason: 'resolved' } });
      equal(await fixture.lanes(), { process: 0, deliver: 0, remind: 0, watch: 0, announce: 0 });
    });

    cases.it('does not disturb an attempt under way, whose end is written down all the same', async (fixture) => {
      const { rows } = fixture;
      for (const [ended, status] of [
        ['sent', 'sent'],
        ['pending', 'cancelled'],
      ] as const) {
        const { conversationId, deliveries } = await fixture.answered({ clientId: ended });
        const sending = await fixture.claimOne();
        const words = rows.reply({ type: 'operator' });
        const cancelDeliveries = { types: ['bot_auto'], reason: 'taken_over' } as const;
        await fixture.act(conversationId, { cancelDeliveries, outbound: [words] });
        await fixture.claimThese();
        await fixture.finish(rows.result(sending, ended, { againAt: fixture.now }));
        const history = [{ number: 1, finishedAt: fixture.now }];
        matches(await fixture.delivery(given(deliveries[0])), { status, history });
        const [next] = await fixture.claimThese(given(words.delivery).id);
        await fixture.finish(rows.result(given(next), 'sent'));
      }
      equal((await fixture.lanes()).deliver, 0);
    });
  });
}

export function replayCases(cases: Cases): void {
  cases.describe('deliveries: replay', () => {
    for (const status of ['dead', 'expired', 'unknown'] as const) {
      cases.it(`makes one that is ${status} pending again, with a fresh ladder and without an end`, async (fixture) => {
        const { rows } = fixture;
        const replies = [rows.reply({ expiresAt: T0 + MINUTE })];
        const deliveryId = given((await fixture.answered({ replies })).deliveries[0]);
        await fixture.finish(rows.result(await fixture.claimOne(), status));
        fixture.wait(2 * MINUTE);
        const replayed = given(await fixture.replay(deliveryId));
        const fresh = { status: 'pending', attempts: 1, attemptsThisRun: 0, expiresAt: null, settledAt: null };
        matches(replayed, { ...fresh, id: deliveryId, nextAttemptAt: fixture.now });
        matches(await fixture.delivery(deliveryId), { ...replayed });
        const [claimed] = await fixture.claimThese(deliveryId);
        equal(given(claimed).attempt, 2);
        const { messageId, conversationId } = replayed;
        const data = { deliveryId, messageId, operatorId: 'operator-1' };
        matches(await fixture.lastEvents(1), [{ type: 'delivery.replayed', at: fixture.now, conversationId, data }]);
      });
    }

    cases.it('puts it back into its place in the conversation', async (fixture) => {
      const { rows } = fixture;
      const { deliveries } = await fixture.answered({ replies: [rows.reply(), rows.reply({ delayMs: MINUTE })] });
      const deliveryId = given(deliveries[0]);
      await fixture.finish(rows.result(await fixture.claimOne(), 'dead'));
      equal(await fixture.nextDueAt('deliver'), T0 + MINUTE);
      await fixture.replay(deliveryId);
      equal(await fixture.nextDueAt('deliver'), T0);
      const [first] = await fixture.claimThese(deliveryId);
      fixture.wait(LEASE_MS - 1);
      await fixture.finish(rows.result(given(first), 'sent'));
      fixture.now = T0 + MINUTE;
      await fixture.claimThese(given(deliveries[1]));
    });

    cases.it('does not overtake the one that is being sent', async (fixture) => {
      const { rows } = fixture;
      const { deliveries } = await fixture.answered({ replies: [rows.reply(), rows.reply()] });
      const deliveryId = given(deliveries[0]);
      await fixture.finish(rows.result(await fixture.claimOne(), 'dead'));
      const [sending] = await fixture.claimThese(given(deliveries[1]));
      await fixture.replay(deliveryId);
      await fixture.claimThese();
      await fixture.finish(rows.result(given(sending), 'sent'));
      await fixture.claimThese(deliveryId);
    });

    cases.it('returns one in another status as it is, and nothing for an unknown one', async (fixture) => {
      const { rows } = fixture;
      const deliveryId = given((await fixture.answered()).deliveries[0]);
      for (const end of [null, 'sent'] as const) {
        if (end !== null) await fixture.finish(rows.result(await fixture.claimOne(), end));
        const before = await fixture.everything();
        matches(await fixture.delivery(deliveryId), { ...given(await fixture.replay(deliveryId)) });
        equal(await fixture.replay('unknown'), null);
        equal(await fixture.everything(), before);
      }
    });
  });
}
