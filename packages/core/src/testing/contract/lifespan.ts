import { equal, given, isTrue, matches, rejects } from './assert';
import type { Cases } from './cases';
import { LEASE_MS, MINUTE } from './values';

export function lifespanCases(cases: Cases): void {
  cases.describe('open and close', () => {
    cases.it('opens once, however often it is asked', async ({ storage, tenant, now }) => {
      await Promise.all([storage.open(), storage.open()]);
      await storage.open();
      await storage.ping();
      equal((await storage.counts({ tenant, now })).clients, 0);
    });

    cases.it('refuses everything once closed, and closes twice', async (fixture) => {
      const { storage, tenant, now } = fixture;
      const turn = await fixture.hearLeased();
      await storage.close();
      await storage.close();
      const conversationId = turn.lease.conversationId;
      const page = { tenant, limit: 10 };
      const calls: readonly (() => Promise<unknown>)[] = [
        () => fixture.accept(),
        () => fixture.claim('process'),
        () => storage.states({ tenant, conversationIds: [conversationId] }),
        () => fixture.commit(fixture.rows.decision(turn)),
        () => storage.release({ tenant, lease: turn.lease, dueAt: null }),
        () => fixture.claimDeliveries(),
        () => fixture.finish(),
        () => fixture.replay('d'),
        () => fixture.nextDueAt('process'),
        () => storage.outcome({ tenant, messageId: 'm' }),
        () => storage.decision({ tenant, messageId: 'm' }),
        () => storage.conversation({ tenant, conversationId }),
        () => storage.conversations(page),
        () => storage.messages({ ...page, conversationId }),
        () => storage.reminders({ tenant, conversationId }),
        () => storage.ticket({ tenant, ticketId: 't' }),
        () => storage.tickets(page),
        () => storage.deliveries(page),
        () => storage.delivery({ tenant, deliveryId: 'd' }),
        () => storage.events({ tenant, after: 0, limit: 10 }),
        () => storage.counts({ tenant, now }),
        () => storage.drafts({ tenant, conversationId }),
        () => storage.queue({ tenant, limit: 1 }),
        () => storage.notes({ tenant, conversationId }),
        () => storage.templates({ tenant }),
        () => fixture.putTemplate('greeting', 'en', 'Hi'),
        () => fixture.archive('client'),
        () => fixture.erase('client'),
        () => fixture.prune({ conversationsBefore: now }),
        () => storage.ping(),
        () => storage.open(),
      ];
      for (const call of calls) await rejects(call(), 'stopped');
    });
  });

  cases.describe('what was stored is still there', () => {
    cases.itReopens('after a restart, with leases, lanes and numbers', async (fixture, reopen) => {
      const { rows } = fixture;
      const first = await fixture.hearLeased({ key: 'k' });
      const ticket = rows.ticket(first.state.conversation);
      const reminder = rows.reminder(first.state.conversation, fixture.now + MINUTE);
      const replies = [rows.reply(), rows.reply()];
      await fixture.decide(first, { outbound: replies, openTicket: ticket, scheduleReminder: reminder });
      const turn = await fixture.hearLeased();
      const sending = await fixture.claimOne();
      const before = await fixture.everything();
      await fixture.storage.close();

      const again = fixture.through(await reopen());
      equal(await again.everything(), before);
      matches(await again.accept({ key: 'k' }), { status: 'duplicate', messageId: first.state.message.id });
      equal(await again.claim('process'), [], 'the lease is still held');
      equal(await again.finish(rows.result(sending, 'sent')), [sending.delivery.id]);
      equal(await again.decide(turn), null);
      await again.claimThese(given(replies[1]?.delivery).id);
      again.wait(LEASE_MS);
      equal((await again.claim('remind')).length, 1, 'the reminder');
      equal((await again.hear()).message.seq, 6, 'numbers go on');
      const events = await again.storage.events({ tenant: again.tenant, after: 0, limit: 100 });
      isTrue(
        events.every(({ seq }, index) => seq > (events[index - 1]?.seq ?? 0)),
        'the feed goes on',
      );
    });

    cases.itReopens('to another process at once', async (fixture, reopen) => {
      const other = fixture.through(await reopen());
      const { message } = await fixture.hear({ key: 'k' });
      matches(await other.accept({ key: 'k' }), { status: 'duplicate', messageId: message.id });
      const turn = await other.claimTurn();
      equal(await fixture.claim('process'), []);
      await other.decide(turn);
      const { deliveries } = await fixture.answered({ clientId: 'second' });
      equal((await other.claimDeliveries()).length, 2);
      equal((await fixture.delivery(given(deliveries[0]))).attempts, 1);
    });

    cases.itReopens('and several processes share the work without doing it twice', async (fixture, reopen) => {
      const processes = [fixture, fixture.through(await reopen()), fixture.through(await reopen())];
      const rounds = Array.from({ length: 30 }, (_, n) => n);
      const heard = await Promise.all(
        rounds.map((n) => given(processes[n % 3]).accept({ key: `k${Math.floor(n / 3)}`, clientId: `c${n % 5}` })),
      );
      equal(heard.filter(({ status }) => status === 'accepted').length, 10, 'each key once');
      const leases = (await Promise.all(processes.map((one) => one.claim('process', { limit: 100 })))).flat();
      equal(new Set(leases.map((lease) => lease.conversationId)).size, leases.length, 'lanes claimed twice');
      const { work, messages } = await fixture.storage.counts({ tenant: fixture.tenant, now: fixture.now });
      equal([messages.inbound, work.process], [10, leases.length]);
    });
  });
}
