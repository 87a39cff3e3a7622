import { describe, expect, it } from 'vitest';
import { FirstlineError } from '../src/errors';
import type { NewEvent, Storage, StoredTemplate, TemplateSource, TemplateTexts } from '../src/index';
import { staticTemplates } from '../src/runtime/static-templates';
import { storageTemplates } from '../src/runtime/storage-templates';
import { TemplateStore, type TemplateStoreParams } from '../src/runtime/template-store';
import { ManualClock } from '../src/testing/manual-clock';

const HOUR = 3_600_000;
const CODE = [
  { key: 'greeting', path: 'templates.greeting', text: { en: 'Hello', ru: 'Привет' } },
  { key: 'reminder.1', path: 'templates.reminders[0]', text: 'Still there?' },
];

/** A source whose loads the test answers itself. */
class ScriptedSource implements TemplateSource {
  readonly loads: { answer: (texts: unknown) => void; fail: (error: unknown) => void }[] = [];
  changed: () => void = () => undefined;
  subscribers = 0;

  load(): Promise<TemplateTexts> {
    return new Promise((resolve, reject) => {
      this.loads.push({ answer: (texts) => resolve(texts as TemplateTexts), fail: reject });
    });
  }

  subscribe(changed: () => void): () => void {
    this.changed = changed;
    this.subscribers += 1;
    return () => (this.subscribers -= 1);
  }
}

/** A source that answers at once with what `texts` is then. */
function instant(texts: () => unknown): TemplateSource & { loads: number } {
  return {
    loads: 0,
    async load() {
      this.loads += 1;
      return texts() as TemplateTexts;
    },
  };
}

function open(source: TemplateSource | null, more: Partial<TemplateStoreParams> = {}) {
  const clock = new ManualClock();
  const logged: string[] = [];
  const log = (fields: unknown, message: string): void => void logged.push(`${message} ${JSON.stringify(fields)}`);
  const logger = { debug: log, info: log, warn: log, error: log };
  const catalog = { locales: ['en', 'ru'], variables: [] };
  const store = new TemplateStore({ templates: CODE, catalog, source, clock, logger, ...more });
  const text = (key: string, locale: string) => store.current().render(key, locale, {})?.text;
  return { store, clock, logged, text };
}

/** Lets everything go on that waits for promises alone. */
const turn = (clock: ManualClock): Promise<void> => clock.advance(0);

describe('without a source', () => {
  it('the texts are those of the code', async () => {
    const { store, text } = open(null);
    await store.ready();
    store.refresh();
    await store.settled();
    expect(text('greeting', 'ru')).toBe('Привет');
    expect(store.status()).toEqual({ version: store.current().version, loadedAt: null, faults: [] });
    store.stop();
  });

  it('faults in the code are thrown', () => {
    const templates = [{ key: 'greeting', path: 'templates.greeting', text: { en: '{{', ru: 'x' } }];
    expect(() => open(null, { templates })).toThrow(/templates\.greeting\.en/);
  });
});

describe('overriding', () => {
  it('one locale leaves the others, one text for all replaces all', async () => {
    const one = open(staticTemplates({ greeting: { ru: 'Здравствуйте' }, 'reminder.1': { ru: 'Вы здесь?' } }));
    await one.store.ready();
    expect([one.text('greeting', 'ru'), one.text('greeting', 'en')]).toEqual(['Здравствуйте', 'Hello']);
    expect([one.text('reminder.1', 'ru'), one.text('reminder.1', 'en')]).toEqual(['Вы здесь?', 'Still there?']);

    const all = open(staticTemplates({ greeting: 'Hi' }));
    await all.store.ready();
    expect([all.text('greeting', 'ru'), all.text('greeting', 'en')]).toEqual(['Hi', 'Hi']);
  });

  it('does not follow the object that was given', async () => {
    const texts = { greeting: { en: 'Hi' } };
    const source = staticTemplates(texts);
    texts.greeting.en = 'changed';
    expect(await source.load()).toEqual({ greeting: { en: 'Hi' } });
  });

  it('takes back what the source has no more', async () => {
    let texts: TemplateTexts = { greeting: { en: 'Hi' } };
    const { store, clock, text } = open(instant(() => texts));
    const before = store.current().version;
    await store.ready();
    expect(store.current().version).not.toBe(before);
    texts = {};
    await clock.advance('1h');
    store.refresh();
    await store.settled();
    expect(text('greeting', 'en')).toBe('Hello');
    expect(store.current().version).toBe(before);
  });
});

describe('when texts are loaded', () => {
  it('once at start, shared by all who wait', async () => {
    const source = instant(() => ({ greeting: { en: 'Hi' } }));
    const { store, clock, text } = open(source);
    store.refresh();
    expect(source.loads).toBe(0);
    await Promise.all([store.ready(), store.ready()]);
    expect(source.loads).toBe(1);
    expect(text('greeting', 'en')).toBe('Hi');
    expect(store.status()).toMatchObject({ loadedAt: clock.now(), faults: [] });
  });

  it('again after an hour, in the background, one load at a time', async () => {
    const source = new ScriptedSource();
    const { store, clock, text } = open(source);
    const ready = store.ready();
    await turn(clock);
    source.loads[0]?.answer({});
    await ready;

    await clock.advance(HOUR - 1);
    store.refresh();
    await turn(clock);
    expect(source.loads).toHaveLength(1);

    await clock.advance(1);
    for (let message = 0; message < 5; message += 1) store.refresh();
    await turn(clock);
    expect(source.loads).toHaveLength(2);
    expect(text('greeting', 'en')).toBe('Hello');

    source.loads[1]?.answer({ greeting: { en: 'Hi' } });
    await store.settled();
    expect(text('greeting', 'en')).toBe('Hi');
    expect(store.status().loadedAt).toBe(clock.now());
    store.refresh();
    await turn(clock);
    expect(source.loads).toHaveLength(2);
  });

  it('again when the clock has jumped back', async () => {
    const source = instant(() => ({}));
    const { store, clock } = open(source);
    await store.ready();
    clock.set(clock.now() - 1);
    store.refresh();
    await store.settled();
    expect(source.loads).toBe(2);
  });

  it('at once when the source tells of a change', async () => {
    const source = new ScriptedSource();
    const { store, clock, text, logged } = open(source);
    const ready = store.ready();
    await turn(clock);
    source.loads[0]?.answer({});
    await ready;
    source.changed();
    await turn(clock);
    expect(text('greeting', 'en')).toBe('Hello');
    source.loads[1]?.answer({ greeting: { en: 'Hi' } });
    await store.settled();
    expect(text('greeting', 'en')).toBe('Hi');
    expect(logged).toEqual([`the templates have changed {"version":"${store.current().version}"}`]);
  });

  it('once more after a load during which they changed, however often', async () => {
    const source = new ScriptedSource();
    const { store, clock, text } = open(source);
    const ready = store.ready();
    await turn(clock);
    for (let change = 0; change < 3; change += 1) source.changed();
    await turn(clock);
    expect(source.loads).toHaveLength(1);
    source.loads[0]?.answer({ greeting: { en: 'old' } });
    await turn(clock);
    expect(source.loads).toHaveLength(2);
    source.loads[1]?.answer({ greeting: { en: 'new' } });
    await ready;
    expect(text('greeting', 'en')).toBe('new');
    expect(source.loads).toHaveLength(2);
  });

  it('not any more after the stop', async () => {
    const source = new ScriptedSource();
    const { store, clock, text } = open(source);
    const ready = store.ready();
    await turn(clock);
    store.stop();
    source.changed();
    source.loads[0]?.answer({ greeting: { en: 'Hi' } });
    await ready;
    await clock.advance('2h');
    store.refresh();
    source.changed();
    await store.settled();
    expect(source.subscribers).toBe(0);
    expect(source.loads).toHaveLength(1);
    expect(text('greeting', 'en')).toBe('Hello');
  });
});

describe('the last good texts stay', () => {
  it.each<[string, unknown]>([
    ['greeting.en', { greeting: { en: '{{sesame open' } }],
    ['greeting.en', { greeting: { en: 'sesame {{sesameVariable.x}}' }, 'reminder.1': 'fine' }],
    ['greeting.ru', { greeting: { ru: 'сезам {{client.name}}' } }],
    ['greeting.e_n', { greeting: { e_n: 'sesame' } }],
    ['greeting.en', { greeting: { en: 5 } }],
    ['greeting', { greeting: '' }],
    ['greeting', { greeting: {} }],
    ['greeting', { greeting: ['sesame'] }],
    ['welcome', { welcome: 'sesame', greeting: 'fine' }],
    ['constructor', { constructor: 'sesame' }],
    ['__proto__', JSON.parse('{"__proto__":{"en":"sesame"}}')],
    ['templates', null],
    ['templates', ['sesame']],
    ['templates', 'sesame'],
  ])('after a fault at %s', async (path, bad) => {
    let texts: unknown = { greeting: { en: 'Hi' } };
    const { store, clock, text, logged } = open(instant(() => texts));
    await store.ready();
    const good = store.status();
    texts = bad;
    await clock.advance('1h');
    store.refresh();
    await store.settled();
    expect(text('greeting', 'en')).toBe('Hi');
    expect(text('reminder.1', 'en')).toBe('Still there?');
    expect(store.status()).toMatchObject({ version: good.version, loadedAt: good.loadedAt });
    expect(store.status().faults.map((fault) => fault.path)).toContain(path);
    expect(logged.at(-1)).toContain(path);
    expect(logged.join()).not.toMatch(/sesame |"sesame"|сезам/);

    texts = { greeting: { en: 'Good day' } };
    await clock.advance('1h');
    store.refresh();
    await store.settled();
    expect(text('greeting', 'en')).toBe('Good day');
    expect(store.status().faults).toEqual([]);
  });

  it.each([
    [new SyntaxError('Unexpected token in "sesame"'), 'SyntaxError'],
    [Object.assign(new Error('sesame'), { code: 'EACCES' }), 'Error EACCES'],
    [new FirstlineError('storage_unavailable', 'the database is away'), 'the database is away'],
    ['sesame', 'string'],
  ])('after %s, and the next try comes in a minute', async (error, told) => {
    let works = false;
    const source = instant(() => {
      if (!works) throw error as Error;
      return { greeting: { en: 'Hi' } };
    });
    const { store, clock, text, logged } = open(source);
    await store.ready();
    expect(text('greeting', 'en')).toBe('Hello');
    expect(store.status()).toMatchObject({ loadedAt: null, faults: [{ path: 'templateSource' }] });
    expect(logged.at(-1)).toContain(`"${told}"`);
    expect(logged.join()).not.toContain('sesame');

    works = true;
    await clock.advance(59_999);
    store.refresh();
    await store.settled();
    expect(source.loads).toBe(1);
    await clock.advance(1);
    store.refresh();
    await store.settled();
    expect(text('greeting', 'en')).toBe('Hi');
    expect(store.status().faults).toEqual([]);
  });

  it('while a source does not answer, and its late answer does not count', async () => {
    const source = new ScriptedSource();
    const { store, clock, text } = open(source);
    const ready = store.ready();
    await clock.advance('10s');
    await ready;
    expect(store.status().faults).toMatchObject([{ path: 'templateSource' }]);
    source.loads[0]?.answer({ greeting: { en: 'late' } });
    await turn(clock);
    expect(text('greeting', 'en')).toBe('Hello');
  });

  it('with a source that cannot be watched or does not let go', async () => {
    const unwatched: TemplateSource = {
      load: async () => ({ greeting: { en: 'Hi' } }),
      subscribe: () => {
        throw new Error('sesame');
      },
    };
    const one = open(unwatched);
    await one.store.ready();
    expect(one.text('greeting', 'en')).toBe('Hi');
    expect(one.logged[0]).toContain('cannot be watched');

    const clinging: TemplateSource = {
      load: async () => ({}),
      subscribe: () => () => {
        throw new Error('sesame');
      },
    };
    const other = open(clinging);
    await other.store.ready();
    other.store.stop();
    expect(other.logged[0]).toContain('did not let go');
  });
});

describe('texts in the storage', () => {
  const OPERATOR = { operatorId: 'op-1' };

  /** As much of a storage as is needed; the storages themselves are checked by their contract. */
  class Shelf implements Pick<Storage, 'templates' | 'putTemplate'> {
    readonly events: NewEvent[] = [];
    broken = false;
    #rows: readonly StoredTemplate[] = [];

    async templates({ tenant }: { tenant: string }): Promise<readonly StoredTemplate[]> {
      return this.#rows.filter((row) => row.tenant === tenant);
    }

    async putTemplate({ text, event, now: updatedAt, ...place }: Parameters<Storage['putTemplate']>[0]): Promise<void> {
      if (this.broken) throw new FirstlineError('storage_unavailable', 'away');
      const { tenant, key, locale } = place;
      const others = this.#rows.filter((row) => row.tenant !== tenant || row.key !== key || row.locale !== locale);
      this.#rows = text === null ? others : [...others, { ...place, text, updatedAt }];
      this.events.push(event);
    }
  }

  it('are taken at once, leave an event without the text, and can be taken back', async () => {
    const storage = new Shelf();
    const clock = new ManualClock();
    const source = storageTemplates({ storage, clock });
    const { store, text } = open(source, { clock });
    await store.ready();

    await source.set({ key: 'greeting', locale: 'ru', text: 'Здравствуйте', ...OPERATOR });
    await store.settled();
    expect([text('greeting', 'ru'), text('greeting', 'en')]).toEqual(['Здравствуйте', 'Hello']);
    await source.set({ key: 'greeting', locale: 'und', text: 'Hi', ...OPERATOR });
    await store.settled();
    expect([text('greeting', 'ru'), text('greeting', 'en')]).toEqual(['Здравствуйте', 'Hi']);
    for (const locale of ['ru', 'und']) await source.remove({ key: 'greeting', locale, ...OPERATOR });
    await store.settled();
    expect([text('greeting', 'ru'), text('greeting', 'en')]).toEqual(['Привет', 'Hello']);

    const event = { type: 'template.changed', at: clock.now(), conversationId: null };
    const changes = ['ru', 'und', 'ru', 'und'].map((locale) => ({
      ...event,
      data: { key: 'greeting', locale, operatorId: 'op-1' },
    }));
    expect(storage.events).toEqual(changes);
    expect(JSON.stringify(storage.events)).not.toMatch(/Здрав|Hi/);
  });

  it.each([
    ['locale', { locale: 'e_n' }],
    ['locale', { locale: 'EN' }],
    ['key', { key: '' }],
    ['operatorId', { operatorId: '' }],
    ['text', { text: '{{sesame' }],
    ['text', { text: ' ' }],
    ['text', { text: 5 as never }],
    ['text', { locale: 'ru', text: '{{n:plural(one=sesame;other=x)}}' }],
  ])('are refused where the %s is wrong: %o', async (path, change) => {
    const source = storageTemplates({ storage: new Shelf(), clock: new ManualClock() });
    const setting = source.set({ key: 'greeting', locale: 'en', text: 'Hi', ...OPERATOR, ...change });
    const error = await setting.catch((caught: unknown) => caught as FirstlineError);
    expect(error).toMatchObject({ code: 'invalid_input', path });
    expect((error as FirstlineError).message).not.toContain('sesame');
  });

  it('tell nobody who has let go, and nobody of what was not stored', async () => {
    const storage = new Shelf();
    const source = storageTemplates({ storage, tenant: 'acme', clock: new ManualClock() });
    let told = 0;
    const tell = (): void => void (told += 1);
    const [end] = [source.subscribe(tell), source.subscribe(tell)];
    end?.();
    await source.set({ key: 'greeting', locale: 'en', text: 'Hi', ...OPERATOR });
    expect(told).toBe(1);
    storage.broken = true;
    await expect(source.remove({ key: 'greeting', locale: 'en', ...OPERATOR })).rejects.toMatchObject({
      code: 'storage_unavailable',
    });
    expect(told).toBe(1);
  });
});
