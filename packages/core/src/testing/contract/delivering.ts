import { equal, given, isTrue, matches } from './assert';
import type { Cases } from './cases';
import { LEASE_MS, MINUTE, OTHER_CHANNEL, SECOND, T0 } from './values';

export function attemptCases(cases: Cases): void {
  cases.describe('deliveries: attempts', () => {
    cases.it('are written down with the claim, and again when they end', async (fixture) => {
      const { conversationId, deliveries } = await fixture.answered();
      const id = given(deliveries[0]);
      const { rows, tenant } = fixture;
      fixture.wait(SECOND);
      const claimed = await fixture.claimOne();
      matches(claimed, {
        attempt: 1,
        channel: { transport: 'fake', address: { to: 'a' } },
        lease: { kind: 'deliver', conversationId, until: fixture.now + LEASE_MS, claims: 1 },
        delivery: { id, status: 'pending', attempts: 1, attemptsThisRun: 0, nextAttemptAt: T0 },
        message: { direction: 'outbound', seq: 2, text: 'An answer', conversationId },
      });
      const begun = { tenant, deliveryId: id, number: 1, startedAt: fixture.now };
      const open = { finishedAt: null, outcome: null, code: null, status: null, detail: null };
      matches(await fixture.delivery(id), { ...claimed.delivery, history: [{ ...begun, ...open }] });

      fixture.wait(SECOND);
      const outcome = { class: 'retry', code: 'http_503', status: 503, detail: 'busy', retryAfterMs: 5 } as const;
      const againAt = fixture.now + MINUTE;
      equal(await fixture.finish(rows.result(claimed, 'pending', { outcome, againAt })), [id]);
      const ended = { finishedAt: fixture.now, outcome: 'retry', code: 'http_503', status: 503, detail: 'busy' };
      matches(await fixture.delivery(id), {
        status: 'pending',
        reason: 'http_503',
        attempts: 1,
        attemptsThisRun: 1,
        nextAttemptAt: againAt,
        settledAt: null,
        history: [{ ...begun, ...ended }],
      });
      equal(await fixture.nextDueAt('deliver'), againAt);
      equal(await fixture.claimDeliveries(), []);

      fixture.now = againAt;
      const second = await fixture.claimOne();
      matches(second, { attempt: 2, lease: { claims: 1 }, delivery: { attempts: 2, attemptsThisRun: 1 } });
      await fixture.finish(rows.result(second, 'sent'));
      matches(await fixture.delivery(id), {
        status: 'sent',
        reason: null,
        settledAt: againAt,
        attempts: 2,
        attemptsThisRun: 2,
        history: [{ number: 1 }, { number: 2, finishedAt: againAt, outcome: 'ok', code: null }],
      });
      equal((await fixture.lanes()).deliver, 0);
    });

    cases.it('that do not count leave the ladder alone', async (fixture) => {
      const { deliveries } = await fixture.answered();
      const claimed = await fixture.claimOne();
      const outcome = { class: 'cool', code: 'http_429' } as const;
      await fixture.finish(fixture.rows.result(claimed, 'pending', { outcome, counts: false, againAt: T0 + SECOND }));
      matches(await fixture.delivery(given(deliveries[0])), { attempts: 1, attemptsThisRun: 0, status: 'pending' });
    });

    cases.it('whose process died are tried again under the next number', async (fixture) => {
      await fixture.answered();
      const first = await fixture.claimOne();
      fixture.wait(LEASE_MS - 1);
      equal(await fixture.claimDeliveries(), [], 'before the end of the lease');
      fixture.wait(1);
      const second = await fixture.claimOne();
      equal([second.delivery.id, second.attempt, second.lease.claims], [first.delivery.id, 2, 2]);
      matches((await fixture.delivery(first.delivery.id)).history, [
        { number: 1, finishedAt: null },
        { number: 2, finishedAt: null },
      ]);
    });

    cases.it('are fenced: a late result changes nothing', async (fixture) => {
      await fixture.answered();
      const late = await fixture.claimOne();
      fixture.wait(LEASE_MS);
      const current = await fixture.claimOne();
      const before = await fixture.everything();
      equal(await fixture.finish(fixture.rows.result(late, 'dead')), []);
      equal(await fixture.everything(), before);
      equal(await fixture.finish(fixture.rows.result(current, 'sent')), [current.delivery.id]);
      const after = await fixture.everything();
      equal(await fixture.finish(fixture.rows.result(current, 'dead')), [], 'the same result twice');
      equal(await fixture.everything(), after);
    });

    cases.it('are written together, those that are in force', async (fixture) => {
      await fixture.answered({ clientId: 'late' });
      const late = await fixture.claimOne();
      fixture.wait(LEASE_MS);
      await fixture.answered({ clientId: 'other' });
      const claimed = await fixture.claimDeliveries();
      equal(claimed.length, 2);
      const { rows } = fixture;
      const written = await fixture.finish(
        rows.result(late, 'dead'),
        ...claimed.map((one) => rows.result(one, 'sent')),
      );
      equal([...written].sort(), claimed.map(({ delivery }) => delivery.id).sort());
      const { tenant } = fixture;
      const { items } = await fixture.storage.deliveries({ tenant, limit: 10 });
      equal(
        items.map(({ status }) => status),
        ['sent', 'sent'],
      );
      const events = await fixture.storage.events({ tenant, after: 0, limit: 100 });
      equal(events.filter(({ type }) => type === 'delivery.settled').length, 2, 'events');
    });

    cases.it('are never shared between claimers, and stay within the limit', async (fixture) => {
      for (let n = 0; n < 20; n += 1) {
        await fixture.answered({ clientId: `client ${n}`, replies: [fixture.rows.reply(), fixture.rows.reply()] });
      }
      const rounds = await Promise.all(Array.from({ length: 5 }, () => fixture.claimDeliveries({ limit: 3 })));
      isTrue(
        rounds.every((round) => round.length <= 3),
        'no claim exceeds its limit',
      );
      const claimed = [...rounds.flat(), ...(await fixture.claimDeliveries({ limit: 100 }))];
      equal(claimed.length, 20, 'one of each conversation');
      equal(new Set(claimed.map(({ delivery }) => delivery.conversationId)).size, 20, 'conversations');
      isTrue(
        claimed.every(({ attempt }) => attempt === 1),
        'every delivery has one attempt',
      );
    });

    cases.it('go to the address the conversation has now', async (fixture) => {
      const { rows } = fixture;
      const first = await fixture.hear({ channel: null });
      const conversationId = first.conversation.id;
      await fixture.decide(await fixture.claimTurn(), { outbound: [rows.reply({ delivered: false })] });
      equal((await fixture.lanes()).deliver, 0, 'a message without a way out is no work');
      await fixture.decide(await fixture.hearLeased({ channel: OTHER_CHANNEL }));
      const claimed = await fixture.claimOne();
      equal([claimed.channel, claimed.delivery.conversationId], [OTHER_CHANNEL, conversationId]);
    });
  });
}

export function gateCases(cases: Cases): void {
  cases.describe('deliveries: the gate', () => {
    cases.it('is asked with the delivery and its conversation, about those whose time has come', async (fixture) => {
      const { rows } = fixture;
      const { conversationId, deliveries } = await fixture.answered({
        replies: [rows.reply(), rows.reply({ delayMs: SECOND })],
      });
      await fixture.answered({ clientId: 'later', replies: [rows.reply({ delayMs: SECOND })] });
      await fixture.act(conversationId, { conversation: { owner: 'human' } });
      const asked: unknown[] = [];
      await fixture.claimDeliveries({
        gate: (delivery, conversation) => {
          asked.push([delivery.id, delivery.status, conversation.id, conversation.owner]);
          return { action: 'send' };
        },
      });
      equal(asked, [[deliveries[0], 'pending', conversationId, 'human']]);
    });

    cases.it('settles what must not be sent, and the next one goes', async (fixture) => {
      const { rows } = fixture;
      const { deliveries, conversationId } = await fixture.answered({
        replies: [rows.reply(), rows.reply(), rows.reply({ type: 'operator' })],
      });
      fixture.wait(SECOND);
      const claimed = await fixture.claimDeliveries({
        gate: ({ id, type }) => {
          if (type === 'operator') return { action: 'send' };
          if (id === deliveries[0]) return { action: 'settle', status: 'cancelled', reason: 'taken_over' };
          return { action: 'settle', status: 'expired', reason: 'too_late' };
        },
      });
      equal(
        claimed.map(({ delivery }) => delivery.id),
        [deliveries[2]],
      );
      const settledAt = fixture.now;
      const ended = { settledAt, attempts: 0, history: [] };
      matches(await fixture.delivery(given(deliveries[0])), { ...ended, status: 'cancelled', reason: 'taken_over' });
      matches(await fixture.delivery(given(deliveries[1])), { ...ended, status: 'expired', reason: 'too_late' });
      const events = await fixture.storage.events({ tenant: fixture.tenant, after: 0, limit: 100 });
      matches(
        events.filter(({ type }) => type === 'delivery.settled'),
        [
          { at: settledAt, conversationId, data: { deliveryId: deliveries[0], status: 'cancelled' } },
          { at: settledAt, conversationId, data: { deliveryId: deliveries[1], status: 'expired' } },
        ],
      );
    });

    cases.it('that settles everything leaves no lane', async (fixture) => {
      await fixture.answered({ replies: [fixture.rows.reply(), fixture.rows.reply()] });
      const gate = () => ({ action: 'settle', status: 'cancelled', reason: 'resolved' }) as const;
      equal(await fixture.claimDeliveries({ gate }), []);
      equal(await fixture.lanes(), { process: 0, deliver: 0, remind: 0, watch: 0, announce: 0 });
      const { items } = await fixture.storage.deliveries({ tenant: fixture.tenant, status: 'cancelled', limit: 10 });
      equal(items.length, 2, 'cancelled');
    });

    cases.it('that settles one leaves the lane to the next one, at its time', async (fixture) => {
      const { rows } = fixture;
      await fixture.answered({ replies: [rows.reply(), rows.reply({ delayMs: MINUTE }), rows.reply()] });
      const gate = () => ({ action: 'settle', status: 'expired', reason: 'too_late' }) as const;
      equal(await fixture.claimDeliveries({ gate }), []);
      matches(await fixture.storage.counts({ tenant: fixture.tenant, now: fixture.now }), {
        deliveries: { expired: 1 },
      });
      equal(await fixture.nextDueAt('deliver'), T0 + MINUTE);
    });

    cases.it('does not use up the limit with lanes that have nothing to send', async (fixture) => {
      const stale = await fixture.answered({ clientId: 'stale' });
      fixture.wait(1);
      const fresh = await fixture.answered({ clientId: 'fresh' });
      const claimed = await fixture.claimDeliveries({
        limit: 1,
        gate: ({ id }) =>
          id === stale.deliveries[0] ? { action: 'settle', status: 'expired', reason: 'too_late' } : { action: 'send' },
      });
      equal(
        claimed.map(({ delivery }) => delivery.id),
        fresh.deliveries,
      );
    });

    cases.it('that throws leaves nothing behind', async (fixture) => {
      await fixture.answered({ replies: [fixture.rows.reply(), fixture.rows.reply()] });
      const before = await fixture.everything();
      let asked = 0;
      const gate = () => {
        if (++asked === 2) throw new Error('a gate with a bug');
        return { action: 'settle', status: 'cancelled', reason: 'x' } as const;
      };
      const error = await fixture.claimDeliveries({ gate }).catch((thrown: unknown) => thrown);
      isTrue(error instanceof Error, 'the claim rejects');
      equal(await fixture.everything(), before);
      equal((await fixture.claimDeliveries()).length, 1, 'works afterwards');
    });
  });
}
