import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TemplateText } from '../src/index';
import { compileTemplate, renderTemplate, type TemplateValues } from '../src/policies/templates/template';
import { buildTemplateCatalog, fallbackChain } from '../src/policies/templates/template-catalog';

const PLACE = { locale: 'en', timeZone: 'UTC' };
const RUSSIAN = '{{n:plural(one=# минута;few=# минуты;many=# минут;other=# минуты)}}';

/** ICU's versions disagree about which blank stands before "AM" and between thousands. */
const plainBlanks = (text: string | null): string | null => text?.replace(/\s/gu, ' ') ?? null;

function render(source: string, values: TemplateValues, place = PLACE): string | null {
  const { template, faults } = compileTemplate(source);
  expect(faults).toEqual([]);
  return plainBlanks(renderTemplate(template, values, place));
}

function catalog(text: TemplateText, options: { locales?: string[]; variables?: string[]; timeZone?: string } = {}) {
  const sources = [{ key: 'k', path: 'here', text }];
  return buildTemplateCatalog(sources, { locales: [], variables: ['n', 'at'], ...options });
}

describe('variables', () => {
  it('are filled in, take defaults, and leave no hole', () => {
    const source = 'Hi {{ client.name |friend}}, {{company}}!';
    expect(render(source, { company: 'Acme' })).toBe('Hi friend, Acme!');
    expect(render(source, { company: 'Acme', 'client.name': 'Ann' })).toBe('Hi Ann, Acme!');
    expect(render(source, { company: 7 })).toBe('Hi friend, 7!');
    expect(render(source, { company: 0 })).toBe('Hi friend, 0!');
    for (const company of [undefined, null, '', '  ', Number.NaN, Infinity]) {
      expect(render(source, { company, 'client.name': 'Ann' })).toBeNull();
    }
  });

  it('are not read as templates, nor escaped', () => {
    const name = '{{company}} $& $1 <b> # ;';
    expect(render('Hi {{client.name|friend}}', { 'client.name': name })).toBe(`Hi ${name}`);
  });

  it('are not what every object inherits', () => {
    expect(render('{{constructor}}', {})).toBeNull();
    expect(render('{{toString|x}}', {})).toBe('x');
  });

  it.each(['{{', '}}', 'a {{b', '{{ }}', '{{1a}}', '{{a..b}}', ' ', '{{a:}}', '{{a:time b}}', '{{a:plural(one=x}}'])(
    'refuse %j',
    (source) => {
      expect(compileTemplate(source).faults).toHaveLength(1);
    },
  );
});

describe('dates', () => {
  // The clocks of Berlin go forward at 01:00 UTC on 29 March 2026 and back on 25 October.
  it.each([
    ['2026-03-29T00:59:00Z', '1:59 AM'],
    ['2026-03-29T01:00:00Z', '3:00 AM'],
    ['2026-10-25T00:30:00Z', '2:30 AM'],
    ['2026-10-25T01:30:00Z', '2:30 AM'],
    ['2026-10-25T02:30:00Z', '3:30 AM'],
  ])('%s is %s in Berlin', (iso, expected) => {
    const place = { locale: 'en', timeZone: 'Europe/Berlin' };
    expect(render('{{at:time}}', { at: Date.parse(iso) }, place)).toBe(expected);
  });

  it('speak the language of the locale, on the day of the time zone', () => {
    const at = Date.parse('2026-07-31T22:30:00Z');
    const moscow = { locale: 'ru', timeZone: 'Europe/Moscow' };
    expect(render('{{at:weekday}}, {{at:date}}, {{at:time}}', { at }, moscow)).toBe(
      'суббота, 1 августа 2026 г., 01:30',
    );
    expect(render('{{at:weekday}}, {{at:date}}', { at })).toBe('Friday, July 31, 2026');
    expect(render('{{at:datetime}}', { at }, moscow)).toMatch(/^1 августа 2026 г\.,? в 01:30$/);
  });

  it('need a number that is an instant', () => {
    for (const at of ['2026-07-31', 'noon', null, Number.NaN, 8.64e15 + 1, -Infinity]) {
      expect(render('{{at:time}}', { at })).toBeNull();
      expect(render('{{ at : time | soon}}', { at })).toBe(' soon');
    }
  });
});

describe('numbers', () => {
  it('have the digits of the locale', () => {
    expect(render('{{n:number}}', { n: 12_345.5 })).toBe('12,345.5');
    expect(render('{{n:number}}', { n: 12_345.5 }, { ...PLACE, locale: 'ru' })).toBe('12 345,5');
    expect(render('{{n:number}}', { n: -0 })).toBe('0');
    expect(render('{{n:number|many}}', { n: '12' })).toBe('many');
  });

  it.each([
    [1, '1 минута'],
    [2, '2 минуты'],
    [5, '5 минут'],
    [11, '11 минут'],
    [21, '21 минута'],
    [1.5, '1,5 минуты'],
    [1_000, '1 000 минут'],
  ])('%d takes the Russian form of %j', (n, expected) => {
    expect(render(RUSSIAN, { n }, { ...PLACE, locale: 'ru' })).toBe(expected);
  });

  it('have forms for exact numbers, with defaults and parentheses', () => {
    const source = '{{ n : plural( =0=nobody ; one=one of us (#) ; other=# of us) |some (of us)}}';
    expect([0, 1, 2, null].map((n) => render(source, { n }))).toEqual([
      'nobody',
      'one of us (1)',
      '2 of us',
      'some (of us)',
    ]);
    expect(render('minute{{n:plural(one=;other=s)}}', { n: 1 })).toBe('minute');
  });
});

describe('a catalog', () => {
  it.each<[string, string, { locales?: string[] }, TemplateText]>([
    ['here', '{{n:plural}} lacks other=…', {}, '{{n:plural(one=x)}}'],
    ['here.ru', 'lacks few=…, many=…, which "ru" needs', {}, { ru: '{{n:plural(one=x;other=y)}}' }],
    ['here.en', 'has few=…, which "en" never uses', {}, { en: '{{n:plural(one=x;few=z;other=y)}}' }],
    [
      'here',
      'lacks few=…, many=…, which "ru" needs; add what is missing, or write',
      { locales: ['en', 'ru'] },
      '{{n:plural(one=x;other=y)}}',
    ],
    ['here.en', 'has some=…, which is none of', {}, { en: '{{n:plural(some=x;other=y)}}' }],
    ['here.en', 'has one=… twice', {}, { en: '{{n:plural(one=x;one=z;other=y)}}' }],
    ['here.en', 'form 1 cannot be read', {}, { en: '{{n:plural(x;one=z;other=y)}}' }],
    ['here.en', 'is no format; known are date, time', {}, { en: '{{at:hour}}' }],
    ['here.en', 'takes no parentheses', {}, { en: '{{at:time(short)}}' }],
    ['here.en', '{{client.name:date}} is a text', {}, { en: '{{client.name:date|x}}' }],
    ['here.en', 'unknown variable {{m}}; known are client.name', {}, { en: '{{m:number}}' }],
    ['here.ru', 'is missing', { locales: ['en', 'ru'] }, { en: 'x' }],
    ['here.EN', 'write the locale as "en"', {}, { EN: 'x' }],
    ['here.e_n', 'is not a locale', {}, { e_n: '{{n:plural(one=x;other=y)}}' }],
  ])('names the fault at %s: %s', (path, message, options, text) => {
    const [issue, ...more] = catalog(text, options).issues;
    expect(more).toEqual([]);
    expect(issue?.path).toBe(path);
    expect(issue?.message).toContain(message);
  });

  it.each<[string, string[], string]>([
    ['fr', [], 'one=x;other=y'],
    ['cs', [], 'one=x;few=y;other=z'],
    ['ar', [], 'zero=0;one=1;two=2;few=3;many=4;other=5'],
    ['ja', [], 'other=x'],
    ['und', ['en', 'ru'], 'one=x;few=y;many=z;other=z'],
    ['und', [], 'other=x'],
  ])('asks %s with %j for no forms that counting does not need', (locale, locales, forms) => {
    expect(catalog({ [locale]: `{{n:plural(${forms})}}` }, { locales }).issues).toEqual([]);
  });

  it('refuses a time zone that does not exist', () => {
    expect(catalog('x', { timeZone: 'Mars/Base' }).issues).toEqual([
      { path: 'timeZone', message: expect.stringContaining('IANA') },
    ]);
  });

  it('lets a text use variables of its own', () => {
    const sources = [
      { key: 'a', path: 'a', text: '{{opensAt:time}}', variables: ['opensAt'] },
      { key: 'b', path: 'b', text: '{{opensAt:time}}' },
    ];
    const { issues } = buildTemplateCatalog(sources, { locales: [], variables: [] });
    expect(issues.map(({ path }) => path)).toEqual(['b']);
  });

  it('never shows a text in a fault', () => {
    const secret = 'sesame';
    const broken = [
      `{{${secret} open}}`,
      `{{n:plural(${secret})}}`,
      `{{n:time(${secret})}}`,
      `${secret} {{`,
      `{{|${secret}}}`,
    ];
    for (const text of broken) expect(JSON.stringify(catalog(text).issues)).not.toContain(secret);
  });

  it('writes dates in the locale of the text, and of the client where the text is for all', () => {
    const values = { at: Date.parse('2026-07-31T22:30:00Z') };
    const options = { locales: ['en'], timeZone: 'Europe/Moscow' };
    const neutral = catalog('{{at:date}}', options).catalog;
    expect(neutral.render('k', 'ru', values)?.text).toBe('1 августа 2026 г.');
    expect(neutral.render('k', 'nonsense!', values)?.text).toBe('August 1, 2026');
    const english = catalog({ en: 'Since {{at:date}}' }, options).catalog;
    expect(english.render('k', 'ru', values)).toMatchObject({
      text: 'Since August 1, 2026',
      template: { locale: 'en' },
    });
  });

  it('goes along the fallback chain, past a text that lacks a value', () => {
    expect(fallbackChain('pt-BR', ['en', 'pt'])).toEqual(['pt-BR', 'pt', 'und', 'en']);
    const both = catalog({ pt: '{{n}}', en: 'x' }, { locales: ['en'] }).catalog;
    expect(both.render('k', 'pt-BR', {})).toMatchObject({ text: 'x', template: { locale: 'en' } });
    expect(both.render('k', 'pt-BR', { n: 3 })?.text).toBe('3');
    expect(both.render('other', 'en', {})).toBeNull();
  });

  it('has a version that depends on texts, keys and locales alone', () => {
    const version = (text: TemplateText) => catalog(text).catalog.version;
    expect(version({ en: 'a', ru: 'b' })).toBe(version({ ru: 'b', en: 'a' }));
    expect(new Set([version('a'), version('b'), version({ en: 'a' }), version({ ru: 'a' })]).size).toBe(4);
  });
});

describe('whatever is written', () => {
  const snippet = fc.constantFrom(
    '{{',
    '}}',
    '{{n',
    '|',
    ':',
    'plural(',
    ')',
    'one=',
    'other=x',
    ';',
    '#',
    'time',
    '=0=',
    'n',
  );
  const source = fc.oneof(
    fc
      .array(fc.oneof(snippet, fc.string({ unit: 'binary', maxLength: 3 })), { maxLength: 20 })
      .map((all) => all.join('')),
    fc.tuple(fc.constantFrom('date', 'number', 'plural(other=#)', 'x'), fc.string()).map(([f, d]) => `{{n:${f}|${d}}}`),
  );
  const value = fc.oneof(fc.string(), fc.double(), fc.constantFrom(null, undefined), fc.anything());

  it('compiles and renders without an exception', () => {
    fc.assert(
      fc.property(source, value, fc.constantFrom('en', 'ru', 'und', 'x_y', ''), (text, n, locale) => {
        const { template } = compileTemplate(text, ['ru', 'en']);
        const rendered = renderTemplate(template, { n: n as string }, { locale, timeZone: 'Asia/Tokyo' });
        expect(rendered === null || typeof rendered === 'string').toBe(true);
        catalog(text, { locales: ['en'] });
      }),
      { numRuns: 2_000 },
    );
  });
});
