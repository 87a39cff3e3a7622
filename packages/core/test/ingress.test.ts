import { describe, expect, it } from 'vitest';
import type { Transport } from '../src/index';
import { FakeTransport } from '../src/testing/index';
import { outboxDesk } from './support/outbox-desk';
import { CHANNEL, desk } from './support/fixture';

describe('a transport that receives', () => {
  it('hands messages over, which are stored when it is told so, once each', async () => {
    const one = desk();
    await one.engine.start();
    const message = { clientId: 'c', text: 'referral', id: 'update-1', channel: CHANNEL };
    expect(await one.transport.ingress.receive(message)).toMatchObject({ status: 'accepted' });
    expect(await one.transport.ingress.receive(message)).toMatchObject({ status: 'duplicate' });
    await one.clock.advance('1s');
    expect(one.transport.received).toHaveLength(2);
    await one.engine.stop();
  });

  it('receives nothing more while the engine stops, and sends to the end', async () => {
    const steps: string[] = [];
    class Platform extends FakeTransport {
      async stopReceiving(): Promise<void> {
        steps.push('stopReceiving');
      }
      override async stop(): Promise<void> {
        steps.push(`stop after ${this.sent.length} sends`);
        await super.stop();
      }
    }
    const transport = new Platform();
    const one = outboxDesk({}, { transport });
    transport.respondWith(async () => {
      await one.clock.sleep(5_000);
      return { class: 'ok' };
    });
    await one.engine.start();
    await one.say('c');
    await one.clock.advance(1);
    const stopping = one.engine.stop();
    await one.clock.advance(1);
    expect(steps).toEqual(['stopReceiving']);
    await expect(transport.ingress.receive({ clientId: 'c', text: 'late' })).rejects.toMatchObject({ code: 'stopped' });
    await one.clock.advance('10s');
    await stopping;
    expect(steps).toEqual(['stopReceiving', 'stop after 1 sends']);
    expect(transport.received).toHaveLength(1);
  });

  it('that does not stop keeps nobody else from it', async () => {
    const broken: Transport = Object.assign(new FakeTransport(), { stop: () => Promise.reject(new Error('stuck')) });
    const other = new FakeTransport();
    const one = desk({ transports: { broken, other } });
    await one.engine.start();
    await one.engine.stop();
    expect(other.started).toBe(false);
  });
});

describe('typing', () => {
  const patient = { chat: true };

  it('is shown while a reply waits for its delay, in chats only', async () => {
    for (const chat of [true, false]) {
      const transport = new FakeTransport({ chat });
      const one = desk({ transports: { fake: transport } });
      await one.engine.start();
      await one.engine.receive({ clientId: 'c', text: 'nothing works', channel: CHANNEL });
      await one.clock.advance('10s');
      expect(transport.typed).toEqual(chat ? [CHANNEL] : []);
      expect(transport.received.map(({ message }) => message.type)).toEqual(['greeting', 'bot_auto']);
      await one.engine.stop();
    }
  });

  it('is repeated while it takes long, ends with the engine, and its failure is nobody’s business', async () => {
    const transport = new FakeTransport(patient);
    const scenarios = [
      { id: 'SLOW', description: 'slow', examples: ['referral'], reply: 'Thinking.', delay: '30s' as const },
    ];
    const one = desk({ transports: { fake: transport }, scenarios, classifier: { classify: async () => answer } });
    await one.engine.start();
    await one.engine.receive({ clientId: 'c', text: 'referral', channel: CHANNEL });
    await one.clock.advance('11s');
    expect(transport.typed).toHaveLength(3);
    await one.engine.stop();
    await one.clock.advance('1m');
    expect(transport.typed).toHaveLength(3);

    class Broken extends FakeTransport {
      override typing = () => Promise.reject(new Error('no'));
    }
    const two = desk({
      transports: { fake: new Broken(patient) },
      scenarios,
      classifier: { classify: async () => answer },
    });
    await two.engine.start();
    expect(await two.engine.receive({ clientId: 'c', text: 'referral', channel: CHANNEL })).toMatchObject({
      status: 'answered',
    });
    await two.clock.advance('1m');
    await two.engine.stop();
  });

  const answer = { scenario: 'SLOW', confidence: 0.9, reasoning: '', source: 'local', alternatives: [] } as const;
});
