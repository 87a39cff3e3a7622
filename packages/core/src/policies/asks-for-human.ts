/**
 * Asking for a person in so many words, in Russian and English. Deliberately narrow: a false alarm only costs a ticket,
 * but the classifier's `asksForHuman` scenarios catch the free forms; this list is what must work without any classifier.
 */
const PERSON_RU =
  '(?:жив(?:ой|ого|ому|ом|ым)\\s+)?(?:оператор\\p{L}*|человек\\p{L}*|специалист\\p{L}*|менеджер\\p{L}*|сотрудник\\p{L}*|консультант\\p{L}*)';
const PERSON_EN =
  '(?:a\\s+|an\\s+|the\\s+|some\\s+)?(?:real\\s+|live\\s+|actual\\s+)?(?:human(?:\\s+being|\\s+agent)?|person|operator|agent|representative|someone\\s+real|manager)';

const PATTERNS: readonly RegExp[] = [
  new RegExp(
    `(?<!\\p{L})(?:позов|соедин|переключ|свяж|перевед|дай)\\p{L}*(?:\\s+(?:меня|мне|нас))?(?:\\s+(?:с|со|на|к))?\\s+${PERSON_RU}`,
    'iu',
  ),
  new RegExp(
    `(?<!\\p{L})(?:хочу|хотел|нуж|можно|надо|требую|хотелось)\\p{L}*(?:\\s+бы)?(?:\\s+(?:мне|меня|поговорить|пообщаться|связаться|говорить))*(?:\\s+(?:с|со|на))?\\s+${PERSON_RU}(?!\\p{L})`,
    'iu',
  ),
  /(?<!\p{L})жив(?:ой|ого|ому|ом|ым)\s+(?:оператор|человек|сотрудник|специалист)/iu,
  /^\s*(?:оператор|человек)[.!?\s]*$/iu,
  new RegExp(
    `\\b(?:talk|speak|chat|connect|transfer|switch|escalate|put)\\b[^.?!]{0,20}?\\b(?:to|with|through to)\\s+${PERSON_EN}\\b`,
    'i',
  ),
  new RegExp(`\\b(?:want|need|get|give|call|let)\\b(?:\\s+me)?(?:\\s+have)?\\s+${PERSON_EN}\\b`, 'i'),
  /\b(?:real|live|actual)\s+(?:human|person|operator|agent)\b/i,
  /^\s*(?:operator|human|agent|representative)[.!?\s]*$/i,
];

/** Whether a line of the text asks for a person in one of the phrases that always work; a turn has several lines. */
export function asksForHuman(text: string): boolean {
  return text.split('\n').some((line) => PATTERNS.some((pattern) => pattern.test(line)));
}
