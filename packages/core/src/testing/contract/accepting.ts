import { equal, given, isTrue, matches, rejects } from './assert';
import type { Cases } from './cases';
import { CHANNEL, OTHER_CHANNEL, SECOND, T0 } from './values';

export function idempotencyCases(cases: Cases): void {
  cases.describe('accept: idempotency', () => {
    cases.it('stores one message for fifty concurrent calls with one key', async (fixture) => {
      const results = await Promise.all(Array.from({ length: 50 }, () => fixture.accept({ key: 'k' })));
      const accepted = results.flatMap((result) => (result.status === 'accepted' ? result : []));
      equal(accepted.length, 1, 'accepted');
      const messageId = given(accepted[0]).message.id;
      for (const result of results) {
        if (result.status === 'duplicate') equal(result, { status: 'duplicate', messageId, sameContent: true });
      }
      const counts = await fixture.storage.counts({ tenant: fixture.tenant, now: fixture.now });
      matches(counts, { clients: 1, messages: { inbound: 1 }, work: { process: 1 } });
    });

    cases.it('says when a key comes back with another fingerprint', async (fixture) => {
      const { message } = await fixture.hear({ key: 'k', fingerprint: 'one' });
      const again = await fixture.accept({ key: 'k', fingerprint: 'two', clientId: 'somebody else' });
      equal(again, { status: 'duplicate', messageId: message.id, sameContent: false });
    });

    cases.it('changes nothing for a duplicate', async (fixture) => {
      await fixture.hear({ key: 'k' });
      const before = await fixture.everything();
      await fixture.accept({ key: 'k', name: 'Anna', locale: 'ru', channel: OTHER_CHANNEL, leased: true });
      equal(await fixture.everything(), before);
    });

    cases.it('takes a key again once its claim is void, and claims it anew', async (fixture) => {
      const keyExpiresAt = T0 + 3 * SECOND;
      const { message } = await fixture.hear({ key: 'k', keyExpiresAt });
      fixture.wait(3 * SECOND - 1);
      matches(await fixture.accept({ key: 'k' }), { status: 'duplicate', messageId: message.id });
      fixture.wait(1);
      const second = await fixture.hear({ key: 'k', fingerprint: 'other' });
      matches(await fixture.accept({ key: 'k', fingerprint: 'other' }), {
        status: 'duplicate',
        messageId: second.message.id,
        sameContent: true,
      });
    });

    cases.it('keeps a claim without an end for ever', async (fixture) => {
      await fixture.hear({ key: 'k' });
      fixture.wait(1_000 * 24 * 3_600 * SECOND);
      matches(await fixture.accept({ key: 'k' }), { status: 'duplicate' });
    });

    cases.it('without a key stores every call, also the same content', async (fixture) => {
      await fixture.hear();
      equal((await fixture.hear()).message.seq, 2);
    });

    cases.it('stores nothing, and keeps no claim, when the message cannot be stored', async (fixture) => {
      const { message } = await fixture.hear();
      const before = await fixture.everything();
      await rejects(fixture.accept({ id: message.id, key: 'k', clientId: 'another', name: 'Anna' }));
      equal(await fixture.everything(), before);
      matches(await fixture.accept({ key: 'k' }), { status: 'accepted' });
    });
  });
}

export function clientCases(cases: Cases): void {
  cases.describe('accept: clients', () => {
    cases.it('creates a client with the first message', async (fixture) => {
      const { conversation } = await fixture.hear({ clientId: 'c', name: 'Anna', locale: 'ru' });
      equal((await fixture.state(conversation.id)).client, {
        tenant: fixture.tenant,
        id: 'c',
        name: 'Anna',
        locale: 'ru',
        region: null,
        greetedAt: null,
        recent: [],
        createdAt: T0,
        version: 1,
      });
    });

    cases.it('keeps what is known where nothing is told, and never changes the version', async (fixture) => {
      const { conversation } = await fixture.hear();
      await fixture.hear({ name: 'Anna', locale: 'ru' });
      fixture.wait(SECOND);
      await fixture.hear();
      const first = (await fixture.state(conversation.id)).client;
      matches(first, { name: 'Anna', locale: 'ru', createdAt: T0, version: 1 });
      await fixture.hear({ name: 'Аня', locale: 'en' });
      matches((await fixture.state(conversation.id)).client, { name: 'Аня', locale: 'en', createdAt: T0, version: 1 });
    });
  });
}

export function conversationCases(cases: Cases): void {
  cases.describe('accept: conversations', () => {
    cases.it('opens a conversation with the first message', async (fixture) => {
      const { conversation, message, opened, work } = await fixture.hear({
        clientId: 'c',
        locale: 'ru',
        text: 'Привет',
      });
      isTrue(opened, 'opened');
      equal(work, null, 'no lease was asked for');
      equal(conversation, {
        tenant: fixture.tenant,
        id: conversation.id,
        clientId: 'c',
        channel: CHANNEL,
        locale: 'ru',
        owner: 'bot',
        status: 'open',
        operatorId: null,
        ticketId: null,
        awaiting: null,
        attendBy: null,
        lastSeq: 1,
        createdAt: T0,
        lastInboundAt: T0,
        lastOutboundAt: null,
        closedAt: null,
        version: 1,
      });
      equal(message, {
        tenant: fixture.tenant,
        id: message.id,
        conversationId: conversation.id,
        clientId: 'c',
        seq: 1,
        direction: 'inbound',
        text: 'Привет',
        originalText: null,
        locale: 'ru',
        attachments: [],
        automated: false,
        createdAt: T0,
        inTurn: false,
        correctedTo: null,
        decidedAt: null,
        decisionId: null,
      });
    });

    cases.it(
      'attaches a message to the open conversation on its channel, without changing its version',
      async (fixture) => {
        const first = await fixture.hear();
        const other = await fixture.hear({ channel: OTHER_CHANNEL });
        fixture.wait(SECOND);
        const second = await fixture.hear();
        isTrue(other.conversation.id !== first.conversation.id, 'another channel is another conversation');
        matches(second, {
          opened: false,
          message: { seq: 2 },
          conversation: { ...first.conversation, lastSeq: 2, lastInboundAt: T0 + SECOND },
        });
      },
    );

    cases.it('knows clients apart on one channel', async (fixture) => {
      const one = await fixture.hear({ clientId: 'one' });
      const two = await fixture.hear({ clientId: 'two' });
      isTrue(two.opened && one.conversation.id !== two.conversation.id, 'each client has a conversation');
    });

    cases.it('gives a conversation without a channel the first channel that comes', async (fixture) => {
      const { conversation } = await fixture.hear({ channel: null });
      equal(conversation.channel, null);
      const joined = await fixture.hear({ channel: CHANNEL });
      equal([joined.conversation.id, joined.conversation.channel], [conversation.id, CHANNEL]);
      matches(await fixture.storage.conversation({ tenant: fixture.tenant, conversationId: conversation.id }), {
        channel: CHANNEL,
      });
      const other = await fixture.hear({ channel: OTHER_CHANNEL });
      isTrue(other.opened, 'the next channel is another conversation');
      equal((await fixture.hear({ channel: CHANNEL })).conversation.id, conversation.id);
    });

    cases.it('does not take a machine for the client who answers', async (fixture) => {
      const { conversation } = await fixture.hear();
      fixture.wait(1_000);
      const { message } = await fixture.hear({ automated: true });
      isTrue(message.automated, 'it is known as automated');
      const state = await fixture.state(conversation.id);
      equal([state.conversation.lastInboundAt, state.conversation.lastSeq], [conversation.lastInboundAt, 2]);
      fixture.wait(1_000);
      await fixture.hear();
      equal((await fixture.state(conversation.id)).conversation.lastInboundAt, fixture.now);
    });

    cases.it('opens a conversation on the default channel only where there is none to join', async (fixture) => {
      const first = await fixture.hear({ channel: OTHER_CHANNEL });
      const joined = await fixture.hear({ channel: null, defaultChannel: CHANNEL });
      equal([joined.conversation.id, joined.conversation.channel], [first.conversation.id, OTHER_CHANNEL]);
      const opened = await fixture.hear({ clientId: 'other', channel: null, defaultChannel: CHANNEL });
      equal([opened.opened, opened.conversation.channel], [true, CHANNEL]);
      const known = await fixture.hear({ clientId: 'other', channel: CHANNEL });
      equal(known.conversation.id, opened.conversation.id, 'it is found by that channel');
    });

    cases.it('attaches a message without a channel to the conversation the client wrote to last', async (fixture) => {
      const first = await fixture.hear();
      fixture.wait(SECOND);
      const second = await fixture.hear({ channel: OTHER_CHANNEL });
      fixture.wait(SECOND);
      equal((await fixture.hear({ channel: null })).conversation.id, second.conversation.id);
      fixture.wait(SECOND);
      await fixture.hear();
      const joined = await fixture.hear({ channel: null });
      equal([joined.conversation.id, joined.conversation.channel], [first.conversation.id, CHANNEL]);
    });

    cases.it('opens a new conversation once the old one is closed', async (fixture) => {
      const { conversationId } = await fixture.answered();
      await fixture.act(conversationId, { conversation: { status: 'closed', closedAt: fixture.now } });
      for (const channel of [CHANNEL, null]) {
        const next = await fixture.hear({ channel });
        isTrue(next.conversation.id !== conversationId, 'the closed conversation is left alone');
      }
      const closed = await fixture.storage.conversation({ tenant: fixture.tenant, conversationId });
      matches(closed, { status: 'closed', closedAt: T0, lastSeq: 2 });
    });

    cases.it(
      'opens one conversation for fifty concurrent first messages, and numbers them without gaps',
      async (fixture) => {
        const heard = await Promise.all(Array.from({ length: 50 }, (_, n) => fixture.hear({ text: `${n}` })));
        equal(heard.filter(({ opened }) => opened).length, 1, 'opened');
        const conversationId = given(heard[0]).conversation.id;
        const { items } = await fixture.storage.messages({ tenant: fixture.tenant, conversationId, limit: 500 });
        equal(
          items.map(({ seq }) => seq),
          Array.from({ length: 50 }, (_, index) => index + 1),
        );
        const numbered = new Map(items.map(({ id, seq }) => [id, seq]));
        for (const { message } of heard) equal(message.seq, numbered.get(message.id), 'the number that was answered');
      },
    );

    cases.it('writes both to the feed', async (fixture) => {
      const first = await fixture.hear();
      const second = await fixture.hear();
      const conversationId = first.conversation.id;
      const events = await fixture.storage.events({ tenant: fixture.tenant, after: 0, limit: 10 });
      const told = (message: { readonly id: string }) => ({ at: T0, conversationId, data: { messageId: message.id } });
      matches(events, [
        { type: 'conversation.opened', ...told(first.message) },
        { type: 'message.received', ...told(first.message) },
        { type: 'message.received', ...told(second.message) },
      ]);
    });
  });
}
