import { describe, expect, it } from 'vitest';
import { type Engine, memoryStorage, staticTemplates, storageTemplates } from '../src/index';
import { ManualClock } from '../src/testing/index';
import { CHANNEL, desk } from './support/fixture';

async function greeting(engine: Engine, clientId: string, locale = 'en') {
  const outcome = await engine.receive({ clientId, text: 'referral', locale, channel: CHANNEL });
  const record = await engine.explain(outcome.messageId);
  const [first] = outcome.replies;
  return { text: first?.text, template: record?.replies[0]?.template, versions: record?.versions };
}

describe('a text changed while the engine runs', () => {
  it('is used from the next message on, and every record says which text it was', async () => {
    const clock = new ManualClock();
    const storage = memoryStorage();
    const source = storageTemplates({ storage, clock });
    const { engine } = desk({ clock, storage, templateSource: source });
    await engine.start();
    const before = await greeting(engine, 'a');
    expect(before.versions?.templates).toBe(engine.templates.status().version);

    await source.set({ key: 'greeting', locale: 'en', text: 'Welcome to Acme!', operatorId: 'op-1' });
    await clock.advance(0);
    const after = await greeting(engine, 'b');
    const russian = await greeting(engine, 'c', 'ru');
    expect([before.text, after.text, russian.text]).toEqual([
      'Hello! This is customer support.',
      'Welcome to Acme!',
      'Здравствуйте! Это служба поддержки.',
    ]);
    expect(after.template).toMatchObject({ key: 'greeting', locale: 'en' });
    expect(after.template?.version).not.toBe(before.template?.version);
    expect(after.versions?.templates).toBe(engine.templates.status().version);
    expect(after.versions?.templates).not.toBe(before.versions?.templates);
    expect(after.versions).toMatchObject({ ...before.versions, templates: after.versions?.templates });
    await engine.stop();
  });

  it('by another process is used within the hour', async () => {
    const clock = new ManualClock();
    const storage = memoryStorage();
    const { engine } = desk({ clock, storage, templateSource: storageTemplates({ storage, clock }) });
    expect((await greeting(engine, 'a')).text).toBe('Hello! This is customer support.');
    const elsewhere = storageTemplates({ storage, clock });
    await elsewhere.set({ key: 'greeting', locale: 'en', text: 'Welcome to Acme!', operatorId: 'op-1' });
    await clock.advance('59m');
    expect((await greeting(engine, 'b')).text).toBe('Hello! This is customer support.');
    await clock.advance('1m');
    // The message that finds the texts too old does not wait for new ones.
    await greeting(engine, 'c');
    await clock.advance(0);
    expect((await greeting(engine, 'd')).text).toBe('Welcome to Acme!');
    await engine.stop();
  });

  it('into something faulty changes nothing, and the engine says where the fault is', async () => {
    const clock = new ManualClock();
    const storage = memoryStorage();
    const source = storageTemplates({ storage, clock });
    const { engine } = desk({ clock, storage, templateSource: source });
    await engine.start();
    await source.set({ key: 'scenario.NOBODY', locale: 'en', text: 'Hi', operatorId: 'op-1' });
    await source.set({ key: 'greeting', locale: 'en', text: 'Hi {{client.nmae|}}', operatorId: 'op-1' });
    await clock.advance(0);
    expect((await greeting(engine, 'a')).text).toBe('Hello! This is customer support.');
    const { faults } = engine.templates.status();
    expect(faults.map(({ path }) => path).sort()).toEqual(['greeting.en', 'scenario.NOBODY']);
    await engine.stop();
  });
});

it('an engine starts with the texts of its source, for replies too', async () => {
  const { engine } = desk({
    templateSource: staticTemplates({ 'scenario.REFERRAL': { en: 'See {{company}}.' } }),
    variables: { company: 'acme.test' },
  });
  const outcome = await engine.receive({ clientId: 'a', text: 'referral', locale: 'en', channel: CHANNEL });
  expect(outcome.replies.at(-1)?.text).toBe('See acme.test.');
  await engine.stop();
});
