import type { CommitParams } from '../../ports/storage-commit';
import { equal, given, isTrue, matches, rejects } from './assert';
import type { Cases } from './cases';
import { LEASE_MS, MINUTE, OTHER_CHANNEL, SECOND, T0 } from './values';

export function decisionCases(cases: Cases): void {
  cases.describe('commit: a decision', () => {
    cases.it('writes of the client only what is given', async (fixture) => {
      const turn = await fixture.hearLeased();
      const recent = [{ at: fixture.now, scenario: 'UNKNOWN', gist: [1, 2, 4294967295] }];
      await fixture.decide(turn, { client: { expectedVersion: 1, greetedAt: fixture.now } });
      await fixture.decide(await fixture.hearLeased(), { client: { expectedVersion: 2, recent } });
      const again = await fixture.hearLeased();
      equal(again.state.client, { ...turn.state.client, greetedAt: T0, recent, version: 3 });
      await fixture.decide(again, { client: { expectedVersion: 3, recent: [] } });
      const after = await fixture.state(turn.state.conversation.id);
      equal(after.client, { ...turn.state.client, greetedAt: T0, recent: [], version: 4 });
    });

    cases.it('writes everything that follows from it', async (fixture) => {
      const turn = await fixture.hearLeased();
      const { conversation, client, message } = turn.state;
      const { rows, storage, tenant } = fixture;
      fixture.wait(SECOND);
      const openTicket = rows.ticket(conversation);
      const params = rows.decision(turn, {
        conversation: { status: 'waiting_on_person', ticketId: openTicket.id, awaiting: 'screenshot', locale: 'en' },
        client: { expectedVersion: 1, greetedAt: fixture.now },
        outbound: [rows.reply({ type: 'greeting', text: 'Hi' }), rows.reply({ delivered: false })],
        scheduleReminder: rows.reminder(conversation, T0 + 15 * MINUTE),
        openTicket,
      });
      const after = (await fixture.lastEvents(1))[0]?.seq ?? 0;
      equal(await fixture.commit(params), { status: 'committed', next: null });

      const state = await fixture.state(conversation.id);
      equal(state, {
        conversation: { ...conversation, ...params.conversation, lastSeq: 3, lastOutboundAt: fixture.now, version: 2 },
        client: { ...client, greetedAt: fixture.now, version: 2 },
        message: null,
        following: [],
        reminder: params.scheduleReminder,
        ticket: openTicket,
      });
      const { items } = await storage.messages({ tenant, conversationId: conversation.id, limit: 10 });
      const place = { tenant, conversationId: conversation.id, clientId: 'client', direction: 'outbound' };
      equal(items, [
        { ...message, decidedAt: fixture.now, decisionId: given(params.decision).id },
        { ...params.outbound[0]?.message, ...place, seq: 2 },
        { ...params.outbound[1]?.message, ...place, seq: 3 },
      ]);
      equal(await storage.ticket({ tenant, ticketId: openTicket.id }), openTicket);
      equal(await storage.decision({ tenant, messageId: message.id }), params.decision);
      equal(await storage.reminders({ tenant, conversationId: conversation.id }), [params.scheduleReminder]);
      const deliveryId = given(params.outbound[0]?.delivery).id;
      equal(await fixture.delivery(deliveryId), {
        tenant,
        id: deliveryId,
        messageId: params.outbound[0]?.message.id,
        conversationId: conversation.id,
        clientId: 'client',
        transport: 'fake',
        type: 'greeting',
        seq: 2,
        status: 'pending',
        reason: null,
        attempts: 0,
        attemptsThisRun: 0,
        nextAttemptAt: fixture.now,
        expiresAt: null,
        possibleDuplicate: false,
        createdAt: fixture.now,
        settledAt: null,
        history: [],
      });
      equal((await storage.deliveries({ tenant, limit: 10 })).items.length, 1, 'deliveries');
      const events = await storage.events({ tenant, after, limit: 10 });
      equal(events, [{ ...params.events[0], tenant, seq: events[0]?.seq }]);
      equal(await fixture.lanes(), { process: 0, deliver: 1, remind: 1, watch: 0, announce: 0 });
    });

    cases.it('keeps the turn while there is more to decide, strictly in order', async (fixture) => {
      const turn = await fixture.hearLeased({ text: '1' });
      for (const text of ['2', '3']) await fixture.hear({ text });
      const decided: string[] = [];
      let state: typeof turn.state | null = turn.state;
      while (state !== null && decided.length < 5) {
        decided.push(state.message.text);
        fixture.wait(SECOND);
        const next = await fixture.decide({ lease: turn.lease, state }, { leaseUntil: fixture.now + 2 * LEASE_MS });
        if (next !== null) equal(await fixture.state(turn.lease.conversationId), next, 'what is to be decided next');
        if (next !== null) equal(await fixture.nextDueAt('process'), fixture.now + 2 * LEASE_MS, 'end of the lease');
        equal(await fixture.claim('process'), [], 'another claimer');
        state = next === null ? null : { ...next, message: given(next.message) };
      }
      equal(decided, ['1', '2', '3']);
      equal(await fixture.lanes(), { process: 0, deliver: 1, remind: 0, watch: 0, announce: 0 });
    });

    cases.it('goes on with what arrived meanwhile, also from another caller', async (fixture) => {
      const turn = await fixture.hearLeased();
      const { message } = await fixture.hear({ text: 'later' });
      const next = given(await fixture.decide(turn));
      matches(next, { message, conversation: { version: 2, lastSeq: 3 } });
    });

    cases.it('numbers messages without gaps while fifty more arrive', async (fixture) => {
      const turn = await fixture.hearLeased();
      const conversationId = turn.lease.conversationId;
      const heard = Array.from({ length: 50 }, () => fixture.hear());
      let decided = await fixture.workOff(turn);
      const conversations = (await Promise.all(heard)).map(({ conversation }) => conversation.id);
      // What arrived after the turn ended waits for the next one.
      if ((await fixture.lanes()).process > 0) decided += await fixture.workOff(await fixture.claimTurn());
      equal(decided, 51, 'decided');
      equal([...new Set(conversations)], [conversationId], 'conversations');
      const { items } = await fixture.storage.messages({ tenant: fixture.tenant, conversationId, limit: 500 });
      equal(
        items.map(({ seq }) => seq),
        Array.from({ length: 102 }, (_, index) => index + 1),
      );
      matches(await fixture.state(conversationId), { conversation: { lastSeq: 102, version: 52 } });
    });

    cases.it('leaves the time of the last answer alone where nothing is said', async (fixture) => {
      const { conversationId } = await fixture.answered();
      fixture.wait(SECOND);
      await fixture.answered({ replies: [] });
      matches(await fixture.state(conversationId), { conversation: { lastOutboundAt: T0, lastSeq: 3, version: 3 } });
    });
  });
}

export function versionCases(cases: Cases): void {
  cases.describe('commit: versions', () => {
    cases.it('writes nothing and keeps the lease when the conversation changed meanwhile', async (fixture) => {
      const turn = await fixture.hearLeased();
      const { conversation } = turn.state;
      await fixture.act(conversation.id, { conversation: { owner: 'human', operatorId: 'anna' } });
      const before = await fixture.everything();
      equal(await fixture.commit(fixture.rows.decision(turn)), { status: 'conflict' });
      equal(await fixture.everything(), before);
      const fresh = await fixture.state(conversation.id);
      const state = { ...fresh, message: given(fresh.message) };
      equal(await fixture.decide({ lease: turn.lease, state }), null);
      matches(await fixture.state(conversation.id), {
        conversation: { owner: 'human', operatorId: 'anna', version: 3 },
      });
    });

    cases.it('does not count an arriving message as a change', async (fixture) => {
      const turn = await fixture.hearLeased();
      await fixture.hear({ name: 'Anna' });
      isTrue((await fixture.decide(turn)) !== null, 'committed, with the next message');
    });

    cases.it("leaves nothing behind when only the client's version does not match", async (fixture) => {
      const one = await fixture.hearLeased();
      const two = await fixture.hearLeased({ channel: OTHER_CHANNEL });
      await fixture.decide(one, { client: { expectedVersion: 1, greetedAt: T0 } });
      const before = await fixture.everything();
      const { conversation } = two.state;
      const params = fixture.rows.decision(two, {
        client: { expectedVersion: 1, greetedAt: T0 },
        openTicket: fixture.rows.ticket(conversation),
        scheduleReminder: fixture.rows.reminder(conversation, T0 + MINUTE),
      });
      equal(await fixture.commit(params), { status: 'conflict' });
      equal(await fixture.everything(), before);
      await fixture.decide(two, { client: { expectedVersion: 2, greetedAt: T0 + 1 } });
      matches(await fixture.state(conversation.id), { client: { version: 3, greetedAt: T0 + 1 } });
    });

    cases.it('greets once, whatever the concurrency', async (fixture) => {
      const channels = Array.from({ length: 10 }, (_, n) => ({ transport: 'fake', address: { to: `${n}` } }));
      const turns = [];
      for (const channel of channels) turns.push(await fixture.hearLeased({ channel }));
      const greeting = { client: { expectedVersion: 1, greetedAt: T0 } };
      const results = await Promise.all(turns.map((turn) => fixture.commit(fixture.rows.decision(turn, greeting))));
      equal(results.filter(({ status }) => status === 'committed').length, 1, 'committed');
      equal(results.filter(({ status }) => status === 'conflict').length, 9, 'conflicts');
    });

    cases.it('lets one of ten concurrent people through', async (fixture) => {
      const { conversationId } = await fixture.answered();
      const { conversation } = await fixture.state(conversationId);
      const people = Array.from({ length: 10 }, (_, n) => ({ owner: 'human' as const, operatorId: `operator ${n}` }));
      const results = await Promise.all(
        people.map((patch) => fixture.commit(fixture.rows.act(conversation, { conversation: patch }))),
      );
      equal(results.filter(({ status }) => status === 'committed').length, 1, 'committed');
    });

    cases.it('does not close a conversation with undecided messages', async (fixture) => {
      const turn = await fixture.hearLeased();
      const { conversation } = turn.state;
      const closing = { conversation: { status: 'closed', closedAt: fixture.now } } as const;
      const before = await fixture.everything();
      equal(await fixture.commit(fixture.rows.act(conversation, closing)), { status: 'conflict' });
      equal(await fixture.everything(), before);
      await fixture.decide(turn, closing);
      matches(await fixture.state(conversation.id), { conversation: { status: 'closed', closedAt: fixture.now } });
    });

    cases.it('answers "conflict" for a conversation that does not exist', async (fixture) => {
      const { conversation } = await fixture.hear();
      equal(await fixture.commit(fixture.rows.act({ ...conversation, id: 'unknown' })), { status: 'conflict' });
    });
  });
}

export function wholeCases(cases: Cases): void {
  cases.describe('commit: whole or not at all', () => {
    cases.it('leaves nothing behind when it fails in the middle, and works afterwards', async (fixture) => {
      const { rows } = fixture;
      const used = rows.reply();
      const earlier = await fixture.hearLeased({ clientId: 'earlier' });
      const usedTicket = rows.ticket(earlier.state.conversation);
      const before = rows.decision(earlier, { outbound: [used], openTicket: usedTicket });
      await fixture.commit(before);
      const turn = await fixture.hearLeased();
      const { conversation } = turn.state;
      const ticket = rows.ticket(conversation);
      const everything = await fixture.everything();
      const changes = {
        conversation: { status: 'waiting_on_person', ticketId: ticket.id },
        client: { expectedVersion: 1, greetedAt: fixture.now },
        openTicket: ticket,
        scheduleReminder: rows.reminder(conversation, T0 + MINUTE),
      } as const;
      const faults: readonly Partial<CommitParams>[] = [
        { outbound: [rows.reply(), rows.reply({ id: used.message.id })] },
        { outbound: [rows.reply(), rows.reply({ deliveryId: given(used.delivery).id })] },
        { openTicket: { ...ticket, id: usedTicket.id } },
        { clientId: 'earlier' },
        {
          decision: rows.record({ id: given(before.decision).id, messageId: turn.state.message.id }, conversation, []),
        },
      ];
      for (const fault of faults) {
        await rejects(fixture.commit(rows.decision(turn, { ...changes, ...fault })));
        equal(await fixture.everything(), everything);
      }
      await fixture.decide(turn, changes);
      matches(await fixture.state(conversation.id), { conversation: changes.conversation, message: null });
    });

    cases.it('decides a message once', async (fixture) => {
      const turn = await fixture.hearLeased();
      await fixture.hear();
      const next = given(await fixture.decide(turn));
      const before = await fixture.everything();
      const again = fixture.rows.decision({ lease: turn.lease, state: { ...next, message: turn.state.message } });
      const result = await fixture.commit(again).catch(() => null);
      isTrue(result?.status !== 'committed', 'a second decision about one message is refused');
      equal(await fixture.everything(), before);
    });
  });
}
