/**
 * Words that say the client is about to leave, to sue or to go public, in Russian and English: threats of courts and
 * authorities, accusations of fraud, abuse. Deliberately narrow: trouble itself ("nothing works again") is what scenarios
 * are for, and a person called for every sigh helps nobody.
 */
const PATTERNS: readonly RegExp[] = [
  /(?<!\p{L})(?:подам|подаю|обращусь|пойду|напишу|жалоб\p{L}*)\s+(?:\p{L}+\s+){0,2}(?:в\s+)?(?:суд|прокуратур|роспотребнадзор|полици|фас)/iu,
  /(?<!\p{L})(?:роспотребнадзор|прокуратур)\p{L}*/iu,
  /(?<!\p{L})(?:мошенник|жулик|аферист|кидал)\p{L}*/iu,
  /(?<!\p{L})(?:обманываете|обманули|издеваетесь|издевательство|наглость|беспредел|хамство|хамите)(?!\p{L})/iu,
  /(?<!\p{L})(?:отвратительн|ужасн|мерзк|позорн)\p{L}*\s+(?:\p{L}+\s+)?(?:сервис|обслуживани|поддержк|компани|отношени)/iu,
  /\b(?:sue|suing)\s+(?:you|your|the company)\b|\b(?:my|a|our)\s+(?:lawyer|attorney)\b|\btake (?:you|this) to court\b/i,
  /\b(?:you(?:'| a)?re|this is|you are)\s+(?:all\s+)?(?:a\s+|an\s+)?(?:scam|scammers?|fraud|crooks?|thieves|liars?)\b/i,
  /\b(?:disgusting|horrible|terrible|appalling|pathetic)\s+(?:\w+\s+)?(?:service|support|company|treatment)\b/i,
  /\b(?:outrageous|unacceptable|ridiculous)\b/i,
];

/** Whether the text uses strong negative words. */
export function isStronglyNegative(text: string): boolean {
  return PATTERNS.some((pattern) => pattern.test(text));
}
