import { describe, expect, it } from 'vitest';
import { type Cache, type Engine, memoryCache, memoryStorage, staticTemplates, storageTemplates } from '../src/index';
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

  describe('by another process that shares the cache', () => {
    const NEW = { key: 'greeting', locale: 'en', text: 'Welcome to Acme!', operatorId: 'op-1' };

    function processes(shared: Cache) {
      const clock = new ManualClock();
      const storage = memoryStorage();
      const source = () => {
        const made = storageTemplates({ storage, clock });
        return { ...made, loads: 0, load: () => made.load() };
      };
      const sources = [source(), source()] as const;
      for (const each of sources) {
        const { load } = each;
        each.load = () => {
          each.loads += 1;
          return load();
        };
      }
      const engines = sources.map(
        (templateSource) => desk({ clock, storage, templateSource, cache: shared }).engine,
      ) as [Engine, Engine];
      return { clock, sources, engines };
    }

    it('is used with the message after the one that noticed it, five seconds later at most', async () => {
      const { clock, sources, engines } = processes(memoryCache());
      await greeting(engines[0], 'a');
      await greeting(engines[1], 'b');
      await sources[0].set(NEW);
      await clock.advance('5s');
      for (const client of ['c', 'd']) {
        await greeting(engines[1], client);
        await clock.advance(0);
      }
      expect((await greeting(engines[1], 'e')).text).toBe('Welcome to Acme!');
      expect(sources.map(({ loads }) => loads)).toEqual([2, 2]);
      // Nobody loads again for what is known, not even who told of it.
      for (let n = 0; n < 5; n += 1) {
        await clock.advance('5s');
        for (const engine of engines) await greeting(engine, `f${n}`);
        await clock.advance(0);
      }
      expect(sources.map(({ loads }) => loads)).toEqual([2, 2]);
      await engines[0].stop();
    });

    it('is looked for every five seconds, however many messages come, and counts neither as hit nor as miss', async () => {
      const cache = memoryCache();
      let looks = 0;
      const { add } = cache;
      cache.add = (...args) => {
        looks += 1;
        return add.apply(cache, args);
      };
      const { clock, engines } = processes(cache);
      for (let second = 0; second < 20; second += 1) {
        for (let n = 0; n < 3; n += 1) await greeting(engines[0], `c${second}-${n}`);
        await clock.advance('1s');
      }
      // One with the first load.
      expect(looks).toBe(1 + 4);
      expect(cache.stats()).toMatchObject({ hits: 0, misses: 0 });
      await engines[0].stop();
    });

    it('that comes while a load is under way is not taken for known', async () => {
      const { clock, sources, engines } = processes(memoryCache());
      await greeting(engines[0], 'a');
      await greeting(engines[1], 'b');
      // Read before the change, handed over after it.
      const { load } = sources[1];
      let handOver = (): void => undefined;
      sources[1].load = async () => {
        const texts = await load();
        sources[1].load = load;
        await new Promise<void>((resolve) => (handOver = resolve));
        return texts;
      };
      await sources[1].set({ ...NEW, locale: 'ru' });
      await clock.advance(0);
      await sources[0].set(NEW);
      await clock.advance(0);
      handOver();
      await clock.advance('5s');
      await greeting(engines[1], 'c');
      await clock.advance(0);
      expect((await greeting(engines[1], 'd')).text).toBe('Welcome to Acme!');
      await engines[0].stop();
    });

    it('is found within the hour where the cache fails, and no message fails for that', async () => {
      const cache = memoryCache();
      cache.add = () => Promise.reject(new Error('away'));
      const { clock, sources, engines } = processes(cache);
      await greeting(engines[1], 'b');
      await sources[0].set(NEW);
      await clock.advance('10m');
      await greeting(engines[1], 'c');
      await clock.advance(0);
      expect((await greeting(engines[1], 'd')).text).toBe('Hello! This is customer support.');
      await clock.advance('50m');
      await greeting(engines[1], 'e');
      await clock.advance(0);
      expect((await greeting(engines[1], 'f')).text).toBe('Welcome to Acme!');
      await engines[0].stop();
    });

    it('is not looked for in this process’s memory while the cache is degraded', async () => {
      const cache = memoryCache();
      let looks = 0;
      const { add } = cache;
      const isAway = { status: 'degraded', fault: 'unreachable', degradedAt: 0 } as const;
      Object.assign(cache, {
        status: () => isAway,
        add: (...args: Parameters<Cache['add']>) => {
          looks += 1;
          return add.apply(cache, args);
        },
      });
      const { clock, sources, engines } = processes(cache);
      await greeting(engines[0], 'a');
      await clock.advance('5s');
      await greeting(engines[0], 'b');
      await clock.advance(0);
      expect(looks).toBe(0);
      // What this one knows is handed to the cache, which tells it when its store is back.
      await sources[0].set(NEW);
      await clock.advance(0);
      expect(looks).toBe(1);
      await engines[0].stop();
    });
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
