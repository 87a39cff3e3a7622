import { defineScenarios, localClassifier } from '@firstline/core';
import { describe, expect, it } from 'vitest';
import { supportScenarios } from '../src';
import { heldOut, outOfScope } from '../src/held-out';

const classifier = localClassifier({ scenarios: supportScenarios });

const classify = (text: string) => classifier.classify({ text });
const bare = (text: string) =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
const isRussian = (text: string) => /\p{Script=Cyrl}/u.test(text);

/** The share of texts that come out as `scenario`. */
async function share(texts: readonly string[], scenario: string): Promise<number> {
  const answers = await Promise.all(texts.map(classify));
  return answers.filter((answer) => answer.scenario === scenario).length / texts.length;
}

describe('the scenarios', () => {
  it('are accepted by defineScenarios', () => {
    expect(defineScenarios(supportScenarios, { locales: ['ru', 'en'] })).toHaveLength(11);
  });

  it.each(supportScenarios)('have at least 24 examples in Russian and in English: $id', ({ examples }) => {
    expect(examples.filter(isRussian).length).toBeGreaterThanOrEqual(24);
    expect(examples.filter((text) => /\p{Script=Latn}/u.test(text)).length).toBeGreaterThanOrEqual(24);
  });

  it('contain no example twice and none of the held-out messages', () => {
    const examples = supportScenarios.flatMap((scenario) => scenario.examples.map((text) => bare(text) || text));
    expect(examples).toHaveLength(new Set(examples).size);
    const unseen = [...Object.values(heldOut).flat(), ...outOfScope];
    expect(unseen.filter((text) => examples.includes(bare(text)))).toEqual([]);
  });

  it('ask the clients of the right ones for a person', () => {
    expect(supportScenarios.filter((scenario) => scenario.asksForHuman).map(({ id }) => id)).toEqual(['ASK_HUMAN']);
  });
});

describe('the local classifier on messages it has not seen', () => {
  it('recognises at least 85 % of all, and 80 % in each language', async () => {
    const entries = Object.entries(heldOut).flatMap(([id, texts]) => texts.map((text) => ({ id, text })));
    const right = await Promise.all(entries.map(async ({ id, text }) => (await classify(text)).scenario === id));
    const accuracy = (of: (text: string) => boolean) => {
      const counted = right.filter((_, index) => of(entries[index]?.text ?? ''));
      return counted.filter(Boolean).length / counted.length;
    };
    expect(accuracy(() => true)).toBeGreaterThanOrEqual(0.85);
    expect(accuracy(isRussian)).toBeGreaterThanOrEqual(0.8);
    expect(accuracy((text) => !isRussian(text))).toBeGreaterThanOrEqual(0.8);
  });

  it.each([
    'нет интернета',
    'У меня нет интернета',
    'У нас дома нет интернета',
    'нет сети',
    'пропала связь',
    'no internet',
  ])('%s: one client without service is no outage', async (text) =>
    expect((await classify(text)).scenario).toBe('TECH_SUPPORT_BASIC'),
  );

  it('has at least ten messages for every scenario', () => {
    expect(Object.keys(heldOut).sort()).toEqual(supportScenarios.map(({ id }) => id).sort());
    expect(Math.min(...Object.values(heldOut).map((texts) => texts.length))).toBeGreaterThanOrEqual(10);
  });

  it('recognises at least 90 % of those who ask for a person', async () => {
    expect(await share(heldOut['ASK_HUMAN'] ?? [], 'ASK_HUMAN')).toBeGreaterThanOrEqual(0.9);
  });

  it('answers UNKNOWN to at least 80 % of what is out of scope', async () => {
    expect(outOfScope.length).toBeGreaterThanOrEqual(20);
    expect(await share(outOfScope, 'UNKNOWN')).toBeGreaterThanOrEqual(0.8);
  });

  it.each([['asdfgh'], ["what's the weather in Paris"], ['Wie wird das Wetter morgen?'], ['天気はどうですか']])(
    'answers UNKNOWN to %s',
    async (text) => {
      expect((await classify(text)).scenario).toBe('UNKNOWN');
    },
  );

  it.each([
    ['Привет! Как работает реферальная программа?', 'REFERRAL'],
    ['Здравствуйте! Подскажите, как взять обещанный платёж', 'BILLING'],
    ['Добрый день, во всём подъезде пропал интернет', 'MASS_OUTAGE'],
    ['Hello, my internet is not working', 'TECH_SUPPORT_BASIC'],
    ['Good evening! Connect me to an operator please', 'ASK_HUMAN'],
  ])('is sure of a question behind a greeting: %s', async (text, scenario) => {
    const answer = await classify(text);
    expect(answer.scenario).toBe(scenario);
    expect(answer.confidence).toBeGreaterThanOrEqual(0.7);
  });
});
