import type { Priority } from '../../model/scenario';
import type { Ticket } from '../../model/ticket';
import { equal, given, matches, rejects } from './assert';
import type { Cases } from './cases';
import type { Fixture } from './fixture';
import { MINUTE, SECOND, T0 } from './values';

async function openTicket(fixture: Fixture, clientId: string, changes: Partial<Ticket>): Promise<Ticket> {
  const turn = await fixture.hearLeased({ clientId });
  const ticket = fixture.rows.ticket(turn.state.conversation, changes);
  await fixture.decide(turn, { openTicket: ticket, outbound: [], conversation: { ticketId: ticket.id } });
  return ticket;
}

export function ticketCases(cases: Cases): void {
  cases.describe('commit: tickets', () => {
    cases.it('updates a ticket', async (fixture) => {
      const turn = await fixture.hearLeased();
      const ticket = fixture.rows.ticket(turn.state.conversation);
      await fixture.decide(turn, { openTicket: ticket, conversation: { ticketId: ticket.id } });
      const { conversationId } = turn.lease;
      const read = () => fixture.storage.ticket({ tenant: fixture.tenant, ticketId: ticket.id });
      fixture.wait(SECOND);
      await fixture.act(conversationId, { updateTicket: { id: ticket.id, repeated: true } });
      equal(await read(), { ...ticket, repeats: 1, updatedAt: fixture.now });
      fixture.wait(SECOND);
      const changes = { status: 'in_progress', assignee: 'anna', priority: 'urgent' } as const;
      await fixture.act(conversationId, { updateTicket: { id: ticket.id, ...changes } });
      equal(await read(), { ...ticket, ...changes, repeats: 1, updatedAt: fixture.now });
      await fixture.act(conversationId, { updateTicket: { id: ticket.id, assignee: null, repeated: true } });
      equal(await read(), { ...ticket, ...changes, assignee: null, repeats: 2, updatedAt: fixture.now });
    });

    cases.it('keep the times and promises of a ticket, and change only what is given', async (fixture) => {
      const turn = await fixture.hearLeased();
      const ticket = fixture.rows.ticket(turn.state.conversation);
      await fixture.decide(turn, { openTicket: ticket, conversation: { ticketId: ticket.id } });
      const { conversationId } = turn.lease;
      const pauses = [
        { from: T0, to: T0 + SECOND },
        { from: T0 + MINUTE, to: null },
      ];
      const changes = { respondedAt: T0 + 1, resolvedAt: T0 + 2, pauses, breaches: ['firstResponse'] } as const;
      await fixture.act(conversationId, { updateTicket: { id: ticket.id, ...changes } });
      equal((await fixture.state(conversationId)).ticket, { ...ticket, ...changes });
      await fixture.act(conversationId, { updateTicket: { id: ticket.id, repeated: true } });
      equal((await fixture.state(conversationId)).ticket, { ...ticket, ...changes, repeats: 1 });
      const taken = { respondedAt: null, resolvedAt: null, pauses: [], breaches: [] };
      await fixture.act(conversationId, { updateTicket: { id: ticket.id, ...taken } });
      equal((await fixture.state(conversationId)).ticket, { ...ticket, ...taken, repeats: 1 });
    });

    cases.it('show in the state the ticket that the conversation names, and no other', async (fixture) => {
      const turn = await fixture.hearLeased();
      const [one, two] = [fixture.rows.ticket(turn.state.conversation), fixture.rows.ticket(turn.state.conversation)];
      await fixture.hear();
      const next = await fixture.decide(turn, { openTicket: one, conversation: { ticketId: one.id } });
      equal(given(next).ticket, one, 'to the holder who goes on');
      const { conversationId } = turn.lease;
      await fixture.act(conversationId, { openTicket: two });
      equal((await fixture.state(conversationId)).ticket, one);
      await fixture.act(conversationId, { conversation: { ticketId: two.id } });
      equal((await fixture.state(conversationId)).ticket, two);
      await fixture.storage.release({ tenant: fixture.tenant, lease: turn.lease, dueAt: fixture.now });
      equal((await fixture.hearLeased()).state.ticket, two, 'to the caller of accept');
      await fixture.act(conversationId, { conversation: { ticketId: null } });
      equal((await fixture.state(conversationId)).ticket, null);
    });
  });
}

export function queueCases(cases: Cases): void {
  cases.describe('queue', () => {
    cases.it('shows open tickets that nobody has, the most urgent first, then the oldest', async (fixture) => {
      const priorities: readonly Priority[] = ['low', 'high', 'normal', 'urgent', 'high', 'low', 'urgent', 'normal'];
      const tickets: Ticket[] = [];
      for (const [n, priority] of priorities.entries()) {
        tickets.push(await openTicket(fixture, `client ${n}`, { priority }));
        if (n % 2 === 1) fixture.wait(SECOND);
      }
      const { storage, tenant } = fixture;
      const expected = [3, 6, 1, 4, 2, 7, 0, 5].map((n) => given(tickets[n]));
      equal(await storage.queue({ tenant, limit: 100 }), expected);
      for (const limit of [0, 1, 3, 4, 8]) equal(await storage.queue({ tenant, limit }), expected.slice(0, limit));
    });

    cases.it('follows the tickets', async (fixture) => {
      const { storage, tenant } = fixture;
      const one = await openTicket(fixture, 'one', { priority: 'low' });
      const two = await openTicket(fixture, 'two', { priority: 'normal' });
      const ids = async () => (await storage.queue({ tenant, limit: 10 })).map(({ id }) => id);
      const update = (ticket: Ticket, changes: Partial<Ticket>) =>
        fixture.act(given(ticket.conversationId), { updateTicket: { id: ticket.id, ...changes } });
      equal(await ids(), [two.id, one.id]);
      await update(one, { priority: 'urgent' });
      equal(await ids(), [one.id, two.id]);
      await update(one, { assignee: 'anna' });
      equal(await ids(), [two.id]);
      await update(two, { status: 'in_progress' });
      equal(await ids(), []);
      await update(one, { assignee: null });
      equal(await ids(), [one.id]);
      await update(one, { status: 'resolved' });
      equal(await ids(), []);
    });
  });
}

export function noteCases(cases: Cases): void {
  cases.describe('notes', () => {
    cases.it('are kept with the conversation, oldest first', async (fixture) => {
      const { storage, tenant, rows } = fixture;
      const { conversationId } = await fixture.answered({ replies: [] });
      const other = await fixture.answered({ clientId: 'other', replies: [] });
      const { conversation } = await fixture.state(conversationId);
      const notes = [];
      for (const text of ['one', 'two', 'Ещё: «три» 👍\n"4"']) {
        const note = rows.note(conversation, { text, ticketId: text === 'two' ? 'ticket-1' : null });
        await fixture.act(conversationId, { addNote: note });
        notes.push(note);
        fixture.wait(SECOND);
      }
      equal(await storage.notes({ tenant, conversationId }), notes);
      equal(await storage.notes({ tenant, conversationId: other.conversationId }), []);
      equal(await storage.notes({ tenant, conversationId: 'unknown' }), []);
      matches(await fixture.state(conversationId), { conversation: { lastSeq: 1, lastOutboundAt: null, version: 5 } });
    });

    cases.it('are written whole or not at all', async (fixture) => {
      const { rows } = fixture;
      const { conversationId } = await fixture.answered({ replies: [] });
      const { conversation } = await fixture.state(conversationId);
      const note = rows.note(conversation);
      await fixture.act(conversationId, { addNote: note });
      const before = await fixture.everything();
      const again = rows.act({ ...conversation, version: 3 }, { addNote: note, watch: { dueAt: T0 + MINUTE } });
      await rejects(fixture.commit(again));
      const stale = rows.act(conversation, { addNote: rows.note(conversation) });
      equal(await fixture.commit(stale), { status: 'conflict' });
      equal(await fixture.everything(), before);
    });
  });

  cases.describe('who has to answer by when', () => {
    cases.it('is kept with the conversation', async (fixture) => {
      const { conversationId } = await fixture.answered();
      await fixture.act(conversationId, { conversation: { attendBy: T0 + MINUTE } });
      matches(await fixture.state(conversationId), { conversation: { attendBy: T0 + MINUTE } });
      await fixture.act(conversationId, { conversation: { awaiting: 'screenshot' } });
      matches(await fixture.state(conversationId), { conversation: { attendBy: T0 + MINUTE } });
      await fixture.act(conversationId, { conversation: { attendBy: null } });
      matches(await fixture.state(conversationId), { conversation: { attendBy: null, awaiting: 'screenshot' } });
    });
  });
}

export function correctionCases(cases: Cases): void {
  cases.describe('corrections', () => {
    cases.it('are kept with the message, the last one counts, and the feed tells who said so', async (fixture) => {
      const { storage, tenant } = fixture;
      const correct = (messageId: string, scenario: string) =>
        storage.correct({ tenant, now: fixture.now, messageId, scenario, operatorId: 'anna' });
      const { message, conversation } = await fixture.hear();
      equal(await storage.corrections({ tenant, limit: 5 }), []);
      await correct(message.id, 'BROKEN');
      fixture.wait(SECOND);
      const corrected = { ...message, correctedTo: 'REFERRAL' };
      equal(await correct(message.id, 'REFERRAL'), corrected);
      equal(await storage.corrections({ tenant, limit: 5 }), [corrected]);
      const data = { messageId: message.id, scenario: 'REFERRAL', operatorId: 'anna' };
      matches(await fixture.lastEvents(1), [
        { type: 'message.corrected', at: fixture.now, conversationId: conversation.id, data },
      ]);
      equal(await correct('unknown', 'BROKEN'), null);
      const said = await fixture.answered();
      const { items } = await storage.messages({ tenant, conversationId: said.conversationId, limit: 10 });
      const outbound = items.find(({ direction }) => direction === 'outbound');
      equal(await correct(given(outbound).id, 'BROKEN'), null, 'what the bot said is about nothing');
    });

    cases.it('come in the order of their messages, the latest of them', async (fixture) => {
      const { storage, tenant } = fixture;
      const texts: string[] = [];
      for (const text of ['one', 'two', 'three']) {
        fixture.wait(SECOND);
        const { message } = await fixture.hear({ text });
        texts.unshift(message.id);
      }
      for (const messageId of texts) {
        await storage.correct({ tenant, now: fixture.now, messageId, scenario: 'BROKEN', operatorId: 'anna' });
      }
      const read = async (limit: number) => (await storage.corrections({ tenant, limit })).map(({ text }) => text);
      equal(await read(9), ['one', 'two', 'three']);
      equal(await read(2), ['two', 'three']);
    });
  });
}

export function templateCases(cases: Cases): void {
  cases.describe('templates', () => {
    cases.it('are put, replaced and taken away, in the order of key and locale', async (fixture) => {
      const { storage, tenant } = fixture;
      equal(await storage.templates({ tenant }), []);
      const text = 'Привет, {{ name }} 👋 "quoted" \\ \n--';
      await fixture.putTemplate('scenario.B', 'en', 'b');
      await fixture.putTemplate('scenario.A', 'ru', text);
      await fixture.putTemplate('scenario.A', 'en', '');
      const row = { tenant, updatedAt: T0 };
      const [first, second, third] = [
        { ...row, key: 'scenario.A', locale: 'en', text: '' },
        { ...row, key: 'scenario.A', locale: 'ru', text },
        { ...row, key: 'scenario.B', locale: 'en', text: 'b' },
      ];
      equal(await storage.templates({ tenant }), [first, second, third]);
      fixture.wait(SECOND);
      await fixture.putTemplate('scenario.A', 'ru', 'новый');
      await fixture.putTemplate('scenario.B', 'en', null);
      await fixture.putTemplate('unknown', 'en', null);
      equal(await storage.templates({ tenant }), [first, { ...second, text: 'новый', updatedAt: T0 + SECOND }]);
    });

    cases.it('are told to the feed, also before anybody has written', async (fixture) => {
      await fixture.putTemplate('greeting', 'und', 'Hi');
      fixture.wait(SECOND);
      await fixture.putTemplate('greeting', 'und', null);
      const told = { type: 'template.changed', conversationId: null, data: { key: 'greeting', locale: 'und' } };
      matches(await fixture.lastEvents(5), [
        { ...told, at: T0 },
        { ...told, at: T0 + SECOND },
      ]);
    });
  });
}
