import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asTypedInLatin, asTypedInRussian } from '../src/policies/wording/keyboard-layout';
import { stemHash } from '../src/classification/features';
import { Languages } from '../src/classification/language';
import { wordsOf } from '../src/classification/normalise';
import { repairedWords } from '../src/classification/repair';
import { detectLocale } from '../src/classification/script';
import { knownNeighbour } from '../src/classification/spelling';
import { Stemmer } from '../src/classification/stemmer';
import { inCyrillic } from '../src/policies/wording/transliteration';

describe('wordsOf', () => {
  it.each([
    ['Ёлка ДОМ ﬁne', ['елка', 'дом', 'fine']],
    ["Don’t, don't", ['dont', 'dont']],
    ['приветттт', ['привет']],
    ['wi-fi!', ['wi', 'fi']],
    ['see https://example.com/a?b=c now', ['see', '_url', 'now']],
    ['me@example.com', ['_email']],
    ['+7 912 345-67-89, 12.5', ['_phone', '_number']],
    ['8(912)345-67-89', ['_phone']],
    ['заказ 1234567890123456789', ['заказ', '_number']],
    ['pаботaет', ['работает']],
    ['сash', ['cash']],
    ['любовь❤️', ['любовь', '❤']],
    ['от\u00adме\u200bна', ['отмена']],
    ['ok 👍🏽', ['ok', '👍']],
    ['', []],
  ])('%j', (text, words) => {
    expect(wordsOf(text)).toEqual(words);
  });
});

describe('readings of another spelling', () => {
  it.each([
    ['ghbdtn', 'привет'],
    ['Gjxtve yt hf,jnftn?', 'почему не работает?'],
    ['[jxe j,vty', 'хочу обмен'],
  ])('%s in the Russian layout is %s', (typed, meant) => {
    expect(asTypedInRussian(typed)).toBe(meant);
  });

  it('reads Latin words typed in the Russian layout', () => {
    expect(asTypedInLatin('Руддщ')).toBe('hello');
  });

  it.each([
    ['ne rabotaet', 'не работает'],
    ['moy zakaz', 'мой заказ'],
    ['kakoy', 'какой'],
    ['podderzhka', 'поддержка'],
    ['xochu vernut dengi', 'хочу вернут денги'],
  ])('%s is %s', (latin, russian) => {
    expect(inCyrillic(latin)).toBe(russian);
  });
});

describe('repairedWords', () => {
  const known = new Set(['не', 'работает', 'интернет', 'заказ', 'где', 'мой', 'the', 'order']);
  const both = { cyrillic: true, latin: true };
  const familiarity = {
    ...both,
    knows: (word: string) => known.has(word),
    of: (word: string) => (known.has(word) ? 1 : 0.1),
  };

  it.each([
    ['yt hf,jnftn bynthytn', ['не', 'работает', 'интернет']],
    ['ne rabotaet internet', ['не', 'работает', 'интернет']],
    ['привет, gde moj zakaz 77?', ['привет', 'где', 'мой', 'заказ', '_number']],
    ['where is the order', ['where', 'is', 'the', 'order']],
    ['qwerty zxcv', ['qwerty', 'zxcv']],
    ['совсем другое', ['совсем', 'другое']],
    ['', []],
  ])('%j is %j', (text, words) => {
    expect(repairedWords(text, familiarity)).toEqual(words);
  });

  it('reads nothing as an alphabet that no example is written in', () => {
    const text = 'yt hf,jnftn bynthytn';
    expect(repairedWords(text, { ...familiarity, cyrillic: false })).toEqual(wordsOf(text));
    expect(repairedWords('еру щквук', { ...familiarity, latin: false })).toEqual(['еру', 'щквук']);
    expect(repairedWords('еру щквук', familiarity)).toEqual(['the', 'order']);
  });

  it('changes nothing that is known, and nothing by what is not', () => {
    const nothing = { ...both, knows: () => false, of: () => 0 };
    const all = { ...both, knows: () => true, of: () => 1 };
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(repairedWords(text, nothing)).toEqual(wordsOf(text));
        expect(repairedWords(text, all)).toEqual(wordsOf(text));
      }),
    );
  });
});

describe('knownNeighbour', () => {
  const stems = new Map([
    [stemHash('заказ'), 2],
    [stemHash('показ'), 1],
    [stemHash('order'), 1],
  ]);
  const commonness = (hash: number) => stems.get(hash) ?? null;

  it.each([
    ['закз', 'заказ'],
    ['заказз', 'заказ'],
    ['зпказ', 'заказ'],
    ['закза', 'заказ'],
    ['oredr', 'order'],
    ['пaказ', null],
    ['рассказ', null],
    ['зак', null],
    ['天气怎么样', null],
  ])('%s is %s', (stem, known) => {
    expect(knownNeighbour(stem, commonness)).toBe(known);
  });

  it('takes the commoner of two', () => {
    expect(knownNeighbour('паказ', (hash) => (hash === stemHash('показ') ? 1 : null))).toBe('показ');
    expect(knownNeighbour('каказ', commonness)).toBe('заказ');
  });
});

describe('Languages', () => {
  const words = (text: string) => text.split(' ');

  it('tells the languages of the examples, and of a word the one of its text', () => {
    const languages = Languages.ofTexts([
      words('wie kann ich das ändern'),
      words('wo ist mein paket'),
      words('how can i change this'),
      words('не работает'),
    ]);
    expect(languages.ofWords(words('ich habe ein problem'))).toEqual(new Array(4).fill('german'));
    expect(languages.ofWords(words('what is this'))).toEqual(new Array(3).fill('english'));
    expect(languages.ofWords(words('мой iphone 天气'))).toEqual(['russian', 'german', null]);
  });

  it('has no stemmer for Cyrillic that is not Russian', () => {
    expect(new Languages([]).ofWords(words('де моє замовлення'))).toEqual([null, null, null]);
  });
});

describe('Stemmer', () => {
  it.each([
    ['russian', 'заказами', 'заказ'],
    ['english', 'cancellation', 'cancel'],
    ['german', 'bestellungen', 'bestell'],
    ['turkish', 'siparişim', 'sipariş'],
  ] as const)('%s: %s is %s, asked again too', (language, word, stem) => {
    const stemmer = new Stemmer(language);
    expect([stemmer.stemOf(word), stemmer.stemOf(word)]).toEqual([stem, stem]);
  });
});

describe('detectLocale', () => {
  it.each([
    ['Не работает интернет', ['en', 'ru'], 'ru'],
    ['Не работает iPhone', ['en', 'ru'], 'ru'],
    ['It does not work', ['ru', 'en'], 'en'],
    ['Не працює', ['en', 'ru', 'uk'], 'ru'],
    ['Не працює', ['en', 'uk', 'ru'], 'uk'],
    ['どうですか、天気', ['zh', 'ja'], 'ja'],
    ['天气怎么样', ['en', 'zh-CN'], 'zh-CN'],
    ['날씨', ['ja', 'ko'], 'ko'],
    ['Zdravo', ['sr', 'sr-Latn'], 'sr-Latn'],
    ['مرحبا', ['en', 'ar'], 'ar'],
    ['天气怎么样 ok', ['en', 'ru'], null],
    ['12345 👍 ?!', ['en', 'ru'], null],
    ['', ['en', 'ru'], null],
    ['hello', [], null],
    ['hello', ['not a locale', 'en'], 'en'],
  ])('%j of %j is %j', (text, locales, expected) => {
    expect(detectLocale(text, locales)).toBe(expected);
  });

  it('never throws, and never invents a locale', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.array(fc.string()), (text, locales) => {
        const detected = detectLocale(text, locales);
        expect(detected === null || locales.includes(detected)).toBe(true);
      }),
    );
  });
});
