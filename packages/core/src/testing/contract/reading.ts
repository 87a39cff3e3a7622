import { equal, given, isTrue, matches } from './assert';
import type { Cases } from './cases';
import { MINUTE, SECOND } from './values';

export function lookupCases(cases: Cases): void {
  cases.describe('lookups', () => {
    cases.it('tell what became of a message: nothing yet, then the decision with its replies', async (fixture) => {
      const { storage, tenant, rows } = fixture;
      const turn = await fixture.hearLeased();
      const { message, conversation } = turn.state;
      const read = () => storage.outcome({ tenant, messageId: message.id });
      equal(await read(), { message, conversation, decision: null, replies: [], ticket: null });
      const ticket = rows.ticket(conversation);
      const params = rows.decision(turn, {
        outbound: [rows.reply({ text: 'one' }), rows.reply({ text: 'two', delayMs: SECOND })],
        openTicket: ticket,
        conversation: { ticketId: ticket.id },
      });
      await fixture.commit(params);
      const outcome = given(await read());
      matches(outcome, {
        message: { ...message, decidedAt: fixture.now, decisionId: given(params.decision).id },
        conversation: (await fixture.state(conversation.id)).conversation,
        decision: params.decision,
        replies: [
          { text: 'one', seq: 2 },
          { text: 'two', seq: 3 },
        ],
        ticket,
      });
      await fixture.act(conversation.id, { updateTicket: { id: ticket.id, status: 'resolved' } });
      matches(await read(), { ticket: { id: ticket.id, status: 'resolved' } }, 'the ticket as it is now');
    });

    cases.it('tell what was said before a message, the last of it, in order', async (fixture) => {
      const { storage, tenant } = fixture;
      const { conversation } = await fixture.hear({ text: 'one' });
      for (const text of ['two', 'three', 'four']) await fixture.hear({ text });
      const conversationId = conversation.id;
      const before = async (seq: number, limit: number) =>
        (await storage.messagesBefore({ tenant, conversationId, seq, limit })).map(({ text }) => text);
      equal(await before(4, 2), ['two', 'three']);
      equal(await before(4, 50), ['one', 'two', 'three']);
      equal(await before(1, 5), []);
      equal(await storage.messagesBefore({ tenant, conversationId: 'unknown', seq: 5, limit: 5 }), []);
    });

    cases.it('tell the replies of each message apart', async (fixture) => {
      const { storage, tenant, rows } = fixture;
      const first = await fixture.answered({ replies: [rows.reply({ text: 'to the first' })] });
      const second = await fixture.answered({ replies: [rows.reply({ text: 'to the second' })] });
      const texts = async (messageId: string) =>
        given(await storage.outcome({ tenant, messageId })).replies.map(({ text }) => text);
      equal(await texts(first.messageId), ['to the first']);
      equal(await texts(second.messageId), ['to the second']);
    });

    cases.it('find a decision by its inbound and by its outbound messages', async (fixture) => {
      const { storage, tenant, rows } = fixture;
      const turn = await fixture.hearLeased();
      const { conversation, message } = turn.state;
      const decision = (messageId: string) => storage.decision({ tenant, messageId });
      equal(await decision(message.id), null, 'not decided yet');
      const params = rows.decision(turn, { outbound: [rows.reply(), rows.reply()] });
      await fixture.commit(params);
      for (const id of [message.id, ...params.outbound.map((reply) => reply.message.id)]) {
        equal(await decision(id), params.decision);
      }
      const words = rows.reply({ type: 'operator' });
      await fixture.act(conversation.id, { outbound: [words] });
      equal(await decision(words.message.id), null, "an operator's own words");
    });

    cases.it('find the decision behind a reminder by its own message, and do not count it', async (fixture) => {
      const { storage, tenant, rows } = fixture;
      const { conversationId } = await fixture.answered();
      const { conversation } = await fixture.state(conversationId);
      const id = fixture.id();
      const said = rows.reply({ type: 'reminder' });
      const outbound = [{ ...said, message: { ...said.message, decisionId: id } }];
      const base = { id, messageId: said.message.id, trigger: 'reminder', classification: null } as const;
      const decision = rows.record(base, conversation, outbound);
      await fixture.act(conversationId, { outbound, decision });
      equal(await storage.decision({ tenant, messageId: said.message.id }), decision);
      equal((await storage.counts({ tenant, now: fixture.now })).decisions, { answered: 1, escalated: 0, held: 0 });
    });

    cases.it('find nothing for what does not exist', async (fixture) => {
      const { storage, tenant } = fixture;
      const { deliveries, conversationId } = await fixture.answered();
      const { items } = await storage.messages({ tenant, conversationId, limit: 10 });
      equal(await storage.outcome({ tenant, messageId: given(items[1]).id }), null, 'an outbound message');
      equal(await storage.outcome({ tenant, messageId: 'unknown' }), null);
      equal(await storage.decision({ tenant, messageId: 'unknown' }), null);
      equal(await storage.conversation({ tenant, conversationId: 'unknown' }), null);
      equal(await storage.messages({ tenant, conversationId: 'unknown', limit: 10 }), { items: [], cursor: null });
      equal(await storage.reminders({ tenant, conversationId: 'unknown' }), []);
      equal(await storage.ticket({ tenant, ticketId: given(deliveries[0]) }), null);
      equal(await storage.delivery({ tenant, deliveryId: 'unknown' }), null);
      equal(await storage.states({ tenant, conversationIds: [] }), []);
    });

    cases.it('read states in the given order and leave out what does not exist', async (fixture) => {
      const { storage, tenant } = fixture;
      const ids: string[] = [];
      for (const clientId of ['a', 'b', 'c']) ids.push((await fixture.hear({ clientId })).conversation.id);
      const [a, b, c] = ids;
      const states = await storage.states({ tenant, conversationIds: [given(c), 'unknown', given(a), given(b)] });
      equal(
        states.map(({ conversation, client }) => [conversation.id, client.id]),
        [
          [c, 'c'],
          [a, 'a'],
          [b, 'b'],
        ],
      );
    });
  });
}

export function countCases(cases: Cases): void {
  cases.describe('counts', () => {
    cases.it('are all there, at 0, before anything is', async (fixture) => {
      equal(await fixture.storage.counts({ tenant: fixture.tenant, now: fixture.now }), {
        clients: 0,
        conversations: { open: 0, waiting_on_person: 0, waiting_on_incident: 0, closed: 0 },
        messages: { inbound: 0, outbound: 0 },
        decisions: { answered: 0, escalated: 0, held: 0 },
        tickets: { open: 0, in_progress: 0, resolved: 0 },
        incidents: { suspected: 0, open: 0, resolved: 0 },
        deliveries: { pending: 0, sent: 0, dead: 0, cancelled: 0, expired: 0, unknown: 0 },
        reminders: { pending: 0, sent: 0, cancelled: 0, skipped: 0, expired: 0 },
        work: { process: 0, deliver: 0, remind: 0, watch: 0, announce: 0 },
      });
    });

    cases.it('follow the rows', async (fixture) => {
      const { storage, tenant, rows } = fixture;
      const turn = await fixture.hearLeased({ clientId: 'a' });
      const ticket = rows.ticket(turn.state.conversation);
      await fixture.decide(turn, {
        conversation: { status: 'waiting_on_person', ticketId: ticket.id },
        openTicket: ticket,
        outbound: [rows.reply(), rows.reply(), rows.reply({ delivered: false })],
        scheduleReminder: rows.reminder(turn.state.conversation, fixture.now + MINUTE),
        watch: { dueAt: fixture.now + MINUTE },
      });
      await fixture.finish(rows.result(await fixture.claimOne(), 'dead'));
      const { conversationId } = await fixture.answered({ clientId: 'b', replies: [] });
      await fixture.act(conversationId, { conversation: { status: 'closed' } });
      await fixture.hear({ clientId: 'c' });
      await fixture.hear({ clientId: 'd', leased: true });
      equal(await storage.counts({ tenant, now: fixture.now }), {
        clients: 4,
        conversations: { open: 2, waiting_on_person: 1, waiting_on_incident: 0, closed: 1 },
        messages: { inbound: 4, outbound: 3 },
        decisions: { answered: 2, escalated: 0, held: 0 },
        tickets: { open: 1, in_progress: 0, resolved: 0 },
        incidents: { suspected: 0, open: 0, resolved: 0 },
        deliveries: { pending: 1, sent: 0, dead: 1, cancelled: 0, expired: 0, unknown: 0 },
        reminders: { pending: 1, sent: 0, cancelled: 0, skipped: 0, expired: 0 },
        work: { process: 2, deliver: 1, remind: 0, watch: 0, announce: 0 },
      });
      const later = await storage.counts({ tenant, now: fixture.now + MINUTE });
      equal(later.work, { process: 2, deliver: 1, remind: 1, watch: 1, announce: 0 }, 'lanes that are due or leased');
    });
  });
}

export function exactnessCases(cases: Cases): void {
  cases.describe('what is stored comes back exactly', () => {
    const texts = {
      'many scripts': 'Привет, «мир»! 你好 مرحبا नमस्ते 👩‍👩‍👧‍👦 e\u0301 \u2028 "quoted" \\ \'single\' `tick` %s ${x} \t\n--',
      '4,000 characters': 'ж😀 '.repeat(1_000),
      'an empty text': '',
    };
    for (const [name, text] of Object.entries(texts)) {
      cases.it(`text: ${name}`, async (fixture) => {
        // Whole characters, and no more of them than a database's index takes.
        const key = [...text].slice(0, 60).join('');
        const turn = await fixture.hearLeased({ text, name: text, clientId: `c ${key}`, key });
        await fixture.decide(turn, { outbound: [fixture.rows.reply({ text })] });
        const { conversationId } = turn.lease;
        const { items } = await fixture.storage.messages({ tenant: fixture.tenant, conversationId, limit: 10 });
        equal(
          items.map((message) => message.text),
          [text, text],
        );
        equal((await fixture.state(conversationId)).client.name, text);
        equal((await fixture.claimOne()).message.text, text);
        matches(await fixture.accept({ key }), { status: 'duplicate', sameContent: true });
      });
    }

    cases.it('original text: NUL, control characters and lone surrogates', async (fixture) => {
      for (const originalText of [
        'a\u0000b',
        '\u0000',
        '\ud800 high, low \udc00',
        'a\u0001\u001f\u007f\ufffe\uffffz',
      ]) {
        const { message } = await fixture.hear({
          text: 'clean',
          originalText,
          clientId: originalText.length.toString(),
        });
        equal(message.originalText, originalText);
        const stored = await fixture.storage.outcome({ tenant: fixture.tenant, messageId: message.id });
        equal(given(stored).message, message);
      }
    });

    cases.it('JSON: addresses and attachments', async (fixture) => {
      const address = {
        url: 'https://example.com/?q=é&"',
        '': null,
        deep: [{ a: [1, -0.5, 1e-7, 1e21, true] }, []],
        ключ: '\u2028',
      };
      const channel = { transport: 'fake', address };
      const attachments = [
        { kind: 'image', url: 'https://example.com/файл.png', mimeType: 'image/png', size: 123_456_789_012 },
        { kind: 'other', url: 'x:"\\' },
      ] as const;
      const { message, conversation } = await fixture.hear({ channel, attachments });
      equal([message.attachments, conversation.channel], [attachments, channel]);
      const quickReplies = ['Да, "всё"', "it's \\ fine", '👍'];
      const plain = fixture.rows.reply();
      const rich = fixture.rows.reply({ attachments, quickReplies });
      await fixture.decide(await fixture.claimTurn(), { outbound: [rich, plain] });
      const stored = given(await fixture.storage.outcome({ tenant: fixture.tenant, messageId: message.id }));
      equal([stored.message.attachments, stored.conversation.channel], [attachments, channel]);
      matches(stored.replies, [
        { attachments, quickReplies },
        { attachments: [], quickReplies: [] },
      ]);
      const claimed = await fixture.claimOne();
      equal(
        [claimed.channel, claimed.message.attachments, claimed.message.quickReplies],
        [channel, attachments, quickReplies],
      );
    });

    cases.it('snapshots: what was handed out or in does not change the store', async (fixture) => {
      const attachments = [{ kind: 'image', url: 'before' }] as { kind: 'image'; url: string }[];
      const { message, conversation } = await fixture.hear({ attachments });
      given(attachments[0]).url = 'after';
      const stored = { message: { ...message }, conversation: { ...conversation } };
      for (const row of [message, conversation, message.attachments[0]]) {
        try {
          Object.assign(given(row), { url: 'after', text: 'after', status: 'closed' });
        } catch {
          // Frozen: just as well.
        }
      }
      const state = await fixture.state(conversation.id);
      equal(given(state.message).attachments, [{ kind: 'image', url: 'before' }]);
      equal([given(state.message).text, state.conversation.status], [stored.message.text, stored.conversation.status]);
      const data = { about: 'before' };
      const event = { type: 'message.decided', at: fixture.now, conversationId: conversation.id, data } as const;
      await fixture.decide(await fixture.claimTurn(), { events: [event] });
      data.about = 'after';
      const events = await fixture.storage.events({ tenant: fixture.tenant, after: 0, limit: 10 });
      equal(events.at(-1)?.data, { about: 'before' });
      equal(state.conversation.version, 1, 'a snapshot does not follow the store');
      isTrue((await fixture.state(conversation.id)).conversation.version === 2, 'the store goes on');
    });
  });
}
