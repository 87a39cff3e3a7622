import { channelKey } from '../../model/channel';
import type { DeliveryGate } from '../../ports/storage';
import { equal, given, matches } from './assert';
import type { Cases } from './cases';
import { CHANNEL, LEASE_MS, MINUTE, OTHER_CHANNEL, SECOND, T0 } from './values';

const MOVE = { channel: OTHER_CHANNEL, channelKey: channelKey(OTHER_CHANNEL) };

export function moveCases(cases: Cases): void {
  cases.describe('deliveries: moving', () => {
    cases.it(
      "changes the conversation's channel with the attempt, and what comes from there joins it",
      async (fixture) => {
        const { rows } = fixture;
        const { conversationId, deliveries } = await fixture.answered({ replies: [rows.reply(), rows.reply()] });
        const first = await fixture.claimOne();
        await fixture.finish(rows.result(first, 'pending', { counts: false, move: MOVE }));
        matches((await fixture.state(conversationId)).conversation, { channel: OTHER_CHANNEL, version: 2 });
        const again = await fixture.claimOne();
        equal([again.delivery.id, again.channel, again.place.key], [deliveries[0], OTHER_CHANNEL, MOVE.channelKey]);
        equal((await fixture.hear({ channel: OTHER_CHANNEL })).conversation.id, conversationId);
        equal((await fixture.hear({ channel: CHANNEL })).opened, true, 'the old place is another conversation');
      },
    );

    cases.it('leaves the key alone where the client has a conversation there', async (fixture) => {
      const { rows } = fixture;
      const there = (await fixture.answered({ channel: OTHER_CHANNEL })).conversationId;
      await fixture.finish(rows.result(await fixture.claimOne(), 'sent'));
      const { conversationId } = await fixture.answered();
      await fixture.finish(rows.result(await fixture.claimOne(), 'pending', { move: MOVE }));
      matches((await fixture.state(conversationId)).conversation, { channel: OTHER_CHANNEL });
      equal((await fixture.claimOne()).channel, OTHER_CHANNEL, 'it is sent there');
      equal((await fixture.hear({ channel: OTHER_CHANNEL })).conversation.id, there);
    });

    cases.it('of a closed conversation minds no other', async (fixture) => {
      const { rows } = fixture;
      const { conversationId } = await fixture.answered();
      await fixture.act(conversationId, { conversation: { status: 'closed', closedAt: T0 } });
      const there = (await fixture.hear({ channel: OTHER_CHANNEL })).conversation.id;
      await fixture.finish(rows.result(await fixture.claimOne(), 'pending', { move: MOVE }));
      equal((await fixture.claimOne()).place.key, MOVE.channelKey);
      equal((await fixture.hear({ channel: OTHER_CHANNEL })).conversation.id, there);
    });

    cases.it('happens also where the delivery was cancelled meanwhile, and not after the lease', async (fixture) => {
      const { rows } = fixture;
      const { conversationId } = await fixture.answered();
      const claimed = await fixture.claimOne();
      await fixture.act(conversationId, { cancelDeliveries: { types: ['bot_auto'], reason: 'taken_over' } });
      await fixture.finish(rows.result(claimed, 'pending', { move: MOVE }));
      matches((await fixture.state(conversationId)).conversation, { channel: OTHER_CHANNEL });
      const other = await fixture.answered({ clientId: 'other' });
      const late = await fixture.claimOne();
      fixture.wait(LEASE_MS);
      await fixture.claimOne();
      equal(await fixture.finish(rows.result(late, 'pending', { move: MOVE })), []);
      matches((await fixture.state(other.conversationId)).conversation, { channel: CHANNEL });
    });
  });
}

export function openAttemptCases(cases: Cases): void {
  cases.describe('deliveries: attempts without an end', () => {
    cases.it('are counted up to the next one that has one', async (fixture) => {
      await fixture.answered();
      const seen: number[] = [];
      const gate: DeliveryGate = (_delivery, _conversation, { openAttempts }) => {
        seen.push(openAttempts);
        return { action: 'send' };
      };
      const claim = async () => given((await fixture.claimDeliveries({ gate }))[0], 'a delivery to claim');
      await claim();
      fixture.wait(LEASE_MS);
      await claim();
      fixture.wait(LEASE_MS);
      const third = await claim();
      equal(third.place.openAttempts, 2);
      await fixture.finish(fixture.rows.result(third, 'pending', { againAt: fixture.now }));
      await claim();
      equal(seen, [0, 1, 2, 0]);
    });

    cases.it('may end a delivery', async (fixture) => {
      for (const status of ['dead', 'unknown'] as const) {
        const { deliveries } = await fixture.answered({ clientId: status });
        await fixture.claimThese(...deliveries);
        fixture.wait(LEASE_MS);
        const gate = () => ({ action: 'settle', status, reason: 'process_died' }) as const;
        equal(await fixture.claimDeliveries({ gate }), []);
        matches(await fixture.delivery(given(deliveries[0])), { status, reason: 'process_died', attempts: 1 });
        matches(await fixture.replay(given(deliveries[0])), { status: 'pending' });
        const [again] = await fixture.claimThese(...deliveries);
        equal(again?.place.openAttempts, 0, 'a person has decided');
        await fixture.finish(fixture.rows.result(given(again), 'sent'));
      }
    });

    cases.it('leave a mark where the message may arrive twice, which stays', async (fixture) => {
      const { rows } = fixture;
      const { deliveries } = await fixture.answered();
      const id = given(deliveries[0]);
      const [first] = await fixture.claimDeliveries({ gate: () => ({ action: 'send', possibleDuplicate: true }) });
      equal(first?.delivery.possibleDuplicate, true);
      await fixture.finish(rows.result(given(first), 'pending', { againAt: T0 + SECOND }));
      matches(await fixture.delivery(id), { possibleDuplicate: true });
      fixture.wait(SECOND);
      const second = await fixture.claimOne();
      equal(second.delivery.possibleDuplicate, true);
      await fixture.finish(rows.result(second, 'dead'));
      matches(await fixture.replay(id), { possibleDuplicate: true });

      const other = await fixture.answered({ clientId: 'other' });
      const plain = await fixture.delivery(given(other.deliveries[0]));
      equal(plain.possibleDuplicate, false);
    });

    cases.it('are not needed for the mark', async (fixture) => {
      const { deliveries } = await fixture.answered();
      const outcome = { class: 'unknown', code: 'timeout' } as const;
      const claimed = await fixture.claimOne();
      await fixture.finish(fixture.rows.result(claimed, 'pending', { outcome, possibleDuplicate: true }));
      matches(await fixture.delivery(given(deliveries[0])), { possibleDuplicate: true, status: 'pending' });
    });
  });
}

export function replayRangeCases(cases: Cases): void {
  cases.describe('deliveries: replay of a range', () => {
    cases.it(
      'takes those of the range, the status and the endpoint, the oldest first, at most the limit',
      async (fixture) => {
        const { rows, storage, tenant } = fixture;
        const dead: string[] = [];
        for (let n = 0; n < 5; n += 1) {
          const channel = n === 1 ? OTHER_CHANNEL : CHANNEL;
          const { deliveries } = await fixture.answered({ clientId: `c${n}`, channel });
          await fixture.finish(rows.result(await fixture.claimOne(), n === 2 ? 'unknown' : 'dead'));
          dead.push(...deliveries);
          fixture.wait(MINUTE);
        }
        const replay = (changes: Partial<Parameters<typeof storage.replayDeliveries>[0]>): Promise<number> =>
          storage.replayDeliveries({
            ...{ tenant, now: fixture.now, from: T0, to: T0 + 4 * MINUTE, settledBy: fixture.now, status: 'dead' },
            ...{ endpoint: channelKey(CHANNEL), limit: 10, operatorId: 'operator-1', ...changes },
          });
        equal(await replay({ settledBy: T0 - 1 }), 0, 'ended before');
        equal(await replay({ tenant: 'nobody' }), 0, 'tenant');
        equal(await replay({ endpoint: channelKey({ transport: 'fake', address: { to: 'nobody' } }) }), 0, 'endpoint');
        equal(await replay({ limit: 1 }), 1);
        matches(await fixture.delivery(given(dead[0])), {
          ...{ status: 'pending', attempts: 1, attemptsThisRun: 0, nextAttemptAt: fixture.now, expiresAt: null },
        });
        equal(await replay({}), 1, 'the other one of the range');
        matches(await fixture.delivery(given(dead[3])), { status: 'pending' });
        equal(await replay({ endpoint: null }), 1, 'of every endpoint');
        matches(await fixture.delivery(given(dead[1])), { status: 'pending' });
        equal(await replay({ status: 'unknown' }), 1);
        matches(await fixture.delivery(given(dead[4])), { status: 'dead' });
        const events = await fixture.lastEvents(4);
        matches(
          events.map(({ type, data }) => [type, data]),
          [dead[0], dead[3], dead[1], dead[2]].map((deliveryId) => {
            return ['delivery.replayed', { deliveryId, operatorId: 'operator-1' }];
          }),
        );
        equal((await fixture.claimDeliveries()).length, 4);
      },
    );
  });
}
