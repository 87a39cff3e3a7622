import { describe, expect, it } from 'vitest';
import { CHANNEL, type Desk, desk } from './support/fixture';

const RU = 'Приведите друга, и получите бонус.';
const EN = 'Bring a friend and get a bonus.';

async function answer({ engine }: Desk, text: string, locale?: string): Promise<string | undefined> {
  const told = locale === undefined ? {} : { locale };
  return (await engine.receive({ clientId: 'c', text, channel: CHANNEL, ...told })).replies.at(-1)?.text;
}

describe('the language of the answer', () => {
  it.each([
    ['реферальная программа', undefined, RU],
    ['referral', undefined, EN],
    ['реферальная программа', 'ru', RU],
    ['referral', 'en', EN],
    // A phone in another language.
    ['реферальная программа', 'en', RU],
    ['реферальная программа', 'de', RU],
    ['реферальная программа iPhone', 'en-US', RU],
    // Typed in Latin letters, as any language may be.
    ['referral', 'ru', RU],
  ])('%s, told to be %s', async (text, locale, expected) => expect(await answer(desk(), text, locale)).toBe(expected));

  it('stays where nothing is written in letters', async () => {
    const one = desk({ policy: { escalation: { unknownAfter: 5 } } });
    expect(await answer(one, 'реферальная программа', 'en')).toBe(RU);
    expect(await answer(one, '12345', 'en')).toBe('Я не совсем понял. Скажите, пожалуйста, другими словами.');
    expect(await answer(one, 'what is that', 'en')).toBe(
      'I did not quite understand. Could you say it in other words?',
    );
  });
});
