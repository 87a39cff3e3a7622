import type { Scenario } from '../model/scenario';

/**
 * Words of which a message that only says thanks is made, in Russian and English. Deliberately narrow: whatever else the
 * message says, it is for the classifier. Words of comfort ("понятно", "great") count only beside a word of thanks.
 */
const THANKS =
  /^(?:спасибо|спс|спасибки|благодарю|благодарим|пасиб|пасибо|сенкс|thanks|thank|thx|thnx|ty|tysm|cheers|merci|danke|gracias)$/u;
const BESIDES = new Set(
  (
    'большое огромное вам тебе за помощь ответ все всё понял поняла понятно ясно хорошо ок окей отлично супер класс да ага ну и ' +
    'помогло заработало разобрался разобралась получилось очень you u so very much a lot for the your help answer all ok okay great ' +
    'good got it that helped works worked now perfect awesome nice and yes many again'
  ).split(' '),
);
const WORD = /[\p{L}\p{N}]+/gu;
const LONGEST = 12;

/** Whether the text says thanks and nothing else. */
export function saysOnlyThanks(text: string): boolean {
  if (text.includes('?')) return false;
  const words = text.toLowerCase().match(WORD) ?? [];
  if (words.length === 0 || words.length > LONGEST) return false;
  return words.some((word) => THANKS.test(word)) && words.every((word) => THANKS.test(word) || BESIDES.has(word));
}

/** Whether the client is done: thanks in so many words, or a scenario that says so of itself. */
export function needsNothingMore(text: string, attachments: number, scenario: Scenario | null): boolean {
  return attachments === 0 && (saysOnlyThanks(text) || scenario?.closes === true);
}
