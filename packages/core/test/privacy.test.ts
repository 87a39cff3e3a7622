import { describe, expect, it } from 'vitest';
import { CHANNEL, desk } from './support/fixture';

const RECEIVING = { clientRateLimit: false, duplicateWindow: 0 } as const;

describe('privacy', () => {
  it('exports everything about one client and nothing about another', async () => {
    const { engine } = desk();
    const first = await engine.receive({ clientId: 'anna', text: 'my card is stolen', channel: CHANNEL });
    await engine.receive({ clientId: 'boris', text: 'referral please', channel: CHANNEL });
    await engine.operators.note(first.conversationId, { text: 'a note about anna' });
    await engine.tick();
    const archive = await engine.privacy.export('anna', { operatorId: 'olga' });
    expect(archive?.client).toMatchObject({ id: 'anna' });
    expect(archive?.messages.map(({ text }) => text)).toContain('my card is stolen');
    expect(archive?.tickets).toHaveLength(1);
    expect(archive?.notes).toHaveLength(1);
    expect(archive?.deliveries.every(({ attempts }) => attempts.length === 1)).toBe(true);
    expect(archive?.decisions.map(({ messageId }) => messageId)).toContain(first.messageId);
    expect(JSON.stringify(archive)).not.toMatch(/boris|referral please/);
    expect(await engine.privacy.export('nobody')).toBeNull();
  });

  it('erases a client for good; what was due for them is not sent, and they may come back as new', async () => {
    const { engine, transport, clock } = desk();
    const one = await engine.receive({ clientId: 'anna', id: 'm1', text: 'nothing works', channel: CHANNEL });
    await engine.receive({ clientId: 'boris', text: 'referral', channel: CHANNEL });
    expect(await engine.privacy.erase('anna', { operatorId: 'olga' })).toMatchObject({ conversations: 1 });
    await clock.advance('3d');
    await engine.tick();
    expect(transport.sent.every(({ message }) => message.clientId === 'boris')).toBe(true);
    expect(await engine.privacy.export('anna')).toBeNull();
    expect(await engine.conversations.get(one.conversationId)).toBeNull();
    expect(await engine.explain(one.messageId)).toBeNull();
    expect(await engine.privacy.erase('anna')).toBeNull();
    const again = await engine.receive({ clientId: 'anna', id: 'm1', text: 'nothing works', channel: CHANNEL });
    expect(again).toMatchObject({ status: 'answered', isFirstMessage: true });
    await expect(engine.privacy.erase('')).rejects.toMatchObject({ code: 'invalid_input' });
  });

  it('what is under way when a client is erased ends quietly', async () => {
    const one = desk();
    let answer = (): void => undefined;
    const sending = new Promise<void>((resolve) => (answer = resolve));
    let begun = (): void => undefined;
    const isSending = new Promise<void>((resolve) => (begun = resolve));
    one.transport.respondWith(async () => {
      begun();
      await sending;
      return { class: 'ok' };
    });
    await one.engine.receive({ clientId: 'anna', text: 'referral', channel: CHANNEL });
    const ticking = one.engine.tick();
    await isSending;
    await one.engine.privacy.erase('anna');
    answer();
    await ticking;
    expect((await one.engine.stats()).deliveries.sent).toBe(0);
    expect(await one.engine.privacy.export('anna')).toBeNull();
  });

  it('old conversations go by themselves, open tickets and young ones stay', async () => {
    const one = desk({
      policy: { receiving: RECEIVING, reminders: [], retention: { conversations: '30d', events: '7d' } },
    });
    const write = (clientId: string, text: string) => one.engine.receive({ clientId, text, channel: CHANNEL });
    const done = await write('done', 'referral');
    const open = await write('open', 'gibberish');
    await one.engine.tick();
    await one.clock.advance('20d');
    const young = await write('young', 'referral');
    await one.clock.advance('11d');
    await one.engine.tick();
    expect(await one.engine.conversations.get(done.conversationId)).toBeNull();
    expect(await one.engine.privacy.export('done')).toBeNull();
    expect(await one.engine.conversations.get(open.conversationId)).not.toBeNull();
    expect(await one.engine.conversations.get(young.conversationId)).not.toBeNull();
    await one.engine.operators.resolve(open.conversationId);
    await one.clock.advance('31d');
    expect(await one.engine.privacy.prune({ operatorId: 'olga' })).toMatchObject({ conversations: 2, clients: 2 });
    const events = await one.storage.events({ tenant: 'default', after: 0, limit: 500 });
    const erased = events.filter(({ type }) => type === 'conversation.erased');
    expect(erased.map(({ data }) => data['operatorId'])).toEqual(['olga', 'olga']);
  });

  it('nothing goes where nothing is said about it', async () => {
    const one = desk({ policy: { receiving: RECEIVING, reminders: [] } });
    const { conversationId } = await one.engine.receive({ clientId: 'c', text: 'referral', channel: CHANNEL });
    await one.clock.advance('3000d');
    await one.engine.tick();
    expect(await one.engine.conversations.get(conversationId)).not.toBeNull();
  });
});
