import { equal, given, isTrue, matches } from './assert';
import type { Cases } from './cases';
import type { Fixture } from './fixture';
import { furnish } from './furnishing';
import { MINUTE, OTHER_CHANNEL, SECOND, T0 } from './values';

const DAY = 24 * 60 * MINUTE;
const NOTHING = { conversations: 0, clients: 0, events: 0, idempotencyKeys: 0 };

async function ids(fixture: Fixture): Promise<readonly string[]> {
  const { items } = await fixture.storage.conversations({ tenant: fixture.tenant, limit: 500 });
  return items.map(({ id }) => id);
}

/** A conversation in which nothing is left to do. */
async function done(fixture: Fixture, clientId: string): Promise<string> {
  return (await fixture.answered({ clientId, replies: [fixture.rows.reply({ delivered: false })] })).conversationId;
}

export function pruneCases(cases: Cases): void {
  cases.describe('prune: conversations', () => {
    cases.it('go with everything that belongs to them, and are told', async (fixture) => {
      const { rows, storage, tenant } = fixture;
      const before = (await fixture.everything()) as object;
      const { conversation, ticket, turn, sending } = await furnish(fixture, 'client', 'k');
      await fixture.decide(turn, { outbound: [] });
      await fixture.finish(rows.result(sending, 'sent'));
      const settleReminder = { status: 'skipped', reason: null, messageId: null } as const;
      const cancelDeliveries = { types: ['bot_auto'], reason: 'resolved' } as const;
      const updateTicket = { id: ticket.id, status: 'resolved' } as const;
      await fixture.act(conversation.id, { settleReminder, cancelDeliveries, updateTicket, watch: { dueAt: null } });
      equal(await fixture.lanes(), { process: 0, deliver: 0, remind: 0, watch: 0, announce: 0 });
      const last = given((await fixture.lastEvents(1))[0]);
      const pruned = await fixture.prune({ conversationsBefore: T0 + 1 });
      equal(pruned, { ...NOTHING, conversations: 1, clients: 1 });
      const events = await storage.events({ tenant, after: 0, limit: 100 });
      equal(await fixture.everything(), { ...before, events });
      const data = { reason: 'retention', operatorId: null };
      matches(events, [{ type: 'conversation.erased', at: T0, conversationId: conversation.id, data }]);
      isTrue(given(events[0]).seq > last.seq, 'the feed goes on');
      matches(await fixture.accept({ key: 'k', fingerprint: 'other' }), { status: 'accepted', opened: true });
    });

    cases.it('stay while anybody has written in them since, at that very time too', async (fixture) => {
      const conversationId = await done(fixture, 'client');
      const prune = (conversationsBefore: number) => fixture.prune({ conversationsBefore });
      equal(await prune(T0), NOTHING);
      fixture.wait(10 * DAY);
      await fixture.decide(await fixture.hearLeased(), { outbound: [] });
      equal(await prune(T0 + 5 * DAY), NOTHING, 'the client wrote');
      equal(await prune(T0 + 10 * DAY), NOTHING, 'the client wrote then');
      fixture.wait(10 * DAY);
      await fixture.act(conversationId, { outbound: [fixture.rows.reply({ delivered: false })] });
      equal(await prune(T0 + 15 * DAY), NOTHING, 'the bot wrote');
      equal(await prune(T0 + 20 * DAY), NOTHING, 'the bot wrote then');
      fixture.wait(10 * DAY);
      await fixture.act(conversationId, { conversation: { status: 'closed', closedAt: fixture.now } });
      equal((await prune(T0 + 20 * DAY + 1)).conversations, 1, 'closing is not writing');
    });

    cases.it('stay while there is something to do', async (fixture) => {
      const { rows } = fixture;
      const process = await fixture.hear({ clientId: 'process' });
      const deliver = await fixture.answered({ clientId: 'deliver' });
      const remind = await done(fixture, 'remind');
      const { conversation } = await fixture.state(remind);
      await fixture.act(remind, { scheduleReminder: rows.reminder(conversation, T0 + 100 * DAY) });
      const watch = await done(fixture, 'watch');
      await fixture.act(watch, { watch: { dueAt: T0 + 100 * DAY } });
      const escalated = await done(fixture, 'ticket');
      const ticket = rows.ticket((await fixture.state(escalated)).conversation);
      await fixture.act(escalated, { openTicket: ticket });
      fixture.wait(50 * DAY);
      const prune = () => fixture.prune({ conversationsBefore: fixture.now });
      equal(await prune(), NOTHING);
      await fixture.act(escalated, { updateTicket: { id: ticket.id, status: 'in_progress' } });
      equal(await prune(), NOTHING);

      await fixture.decide(await fixture.claimTurn(), { outbound: [] });
      await fixture.finish(rows.result(await fixture.claimOne(), 'dead'));
      await fixture.act(remind, { settleReminder: { status: 'cancelled', reason: null, messageId: null } });
      await fixture.act(watch, { watch: { dueAt: null } });
      await fixture.act(escalated, { updateTicket: { id: ticket.id, status: 'resolved' } });
      const expected = [process.conversation.id, deliver.conversationId, remind, watch, escalated];
      equal([...(await ids(fixture))].sort(), [...expected].sort());
      equal(await prune(), { ...NOTHING, conversations: 5, clients: 5 });
      equal(await ids(fixture), []);
    });

    cases.it('go oldest first, so many at a time, until none is left', async (fixture) => {
      const order = ['first', 'second', 'third', 'fourth', 'fifth'];
      const made: string[] = [];
      for (const clientId of order) {
        made.push(await done(fixture, clientId));
        fixture.wait(DAY);
      }
      // Opened first, and written in last but one.
      fixture.now = T0 + 3 * DAY + MINUTE;
      await fixture.decide(await fixture.hearLeased({ clientId: 'first' }), { outbound: [] });
      fixture.now = T0 + 30 * DAY;
      const rounds = [];
      for (let round = 0; round < 4; round += 1) {
        rounds.push((await fixture.prune({ conversationsBefore: T0 + 4 * DAY, limit: 2 })).conversations);
        if (round === 0) equal([...(await ids(fixture))].sort(), [made[0], made[3], made[4]].map(String).sort());
      }
      equal(rounds, [2, 2, 0, 0]);
      equal(await ids(fixture), [made[4]]);
    });

    cases.it('take the client with them only where it has no other', async (fixture) => {
      await done(fixture, 'client');
      fixture.wait(10 * DAY);
      const other = await fixture.answered({ channel: OTHER_CHANNEL, replies: [] });
      equal(await fixture.prune({ conversationsBefore: T0 + DAY }), { ...NOTHING, conversations: 1 });
      matches(await fixture.state(other.conversationId), { client: { id: 'client', createdAt: T0 } });
      equal(await fixture.prune({ conversationsBefore: T0 + 11 * DAY }), { ...NOTHING, conversations: 1, clients: 1 });
      equal((await fixture.storage.counts({ tenant: fixture.tenant, now: fixture.now })).clients, 0);
      equal(await fixture.archive('client'), null);
    });

    cases.it('stay for ever where no time is given', async (fixture) => {
      await done(fixture, 'client');
      fixture.wait(10_000 * DAY);
      const before = await fixture.everything();
      equal(await fixture.prune(), NOTHING);
      equal(await fixture.everything(), before);
    });
  });

  cases.describe('prune: events', () => {
    cases.it('go oldest first, so many at a time, until the first that is young enough', async (fixture) => {
      const { storage, tenant } = fixture;
      for (let n = 0; n < 5; n += 1) {
        await fixture.putTemplate(`key ${n}`, 'en', 'x');
        fixture.wait(SECOND);
      }
      const prune = async () => (await fixture.prune({ eventsBefore: T0 + 3 * SECOND, limit: 2 })).events;
      const all = await storage.events({ tenant, after: 0, limit: 10 });
      equal(await prune(), 2);
      equal(await storage.events({ tenant, after: 0, limit: 10 }), all.slice(2));
      equal(await storage.events({ tenant, after: given(all[2]).seq, limit: 1 }), all.slice(3, 4), 'readers go on');
      equal([await prune(), await prune()], [1, 0]);
      equal(await storage.events({ tenant, after: 0, limit: 10 }), all.slice(3));
    });

    cases.it('keep the newest, since the numbers of the feed go on from it', async (fixture) => {
      const { storage, tenant } = fixture;
      await fixture.answered();
      const last = given((await fixture.lastEvents(1))[0]);
      fixture.wait(DAY);
      equal((await fixture.prune({ eventsBefore: fixture.now })).events, 2);
      equal(await storage.events({ tenant, after: 0, limit: 10 }), [last]);
      equal((await fixture.prune({ eventsBefore: fixture.now })).events, 0);
      await fixture.hear();
      const [next] = await storage.events({ tenant, after: last.seq, limit: 10 });
      matches(next, { type: 'message.received', at: fixture.now });
    });
  });

  cases.describe('prune: idempotency keys', () => {
    cases.it('go once they have expired, so many at a time', async (fixture) => {
      await fixture.hear({ key: 'for ever' });
      for (let n = 1; n <= 5; n += 1) await fixture.hear({ key: `k${n}`, keyExpiresAt: T0 + n * SECOND });
      fixture.now = T0 + 4 * SECOND;
      const prune = async () => (await fixture.prune({ limit: 2 })).idempotencyKeys;
      equal([await prune(), await prune(), await prune()], [2, 1, 0]);
      matches(await fixture.accept({ key: 'k5' }), { status: 'duplicate' });
      matches(await fixture.accept({ key: 'for ever' }), { status: 'duplicate' });
      const back = await fixture.hear({ key: 'k1', keyExpiresAt: T0 + 9 * SECOND });
      matches(await fixture.accept({ key: 'k1' }), { status: 'duplicate', messageId: back.message.id });
    });
  });
}
