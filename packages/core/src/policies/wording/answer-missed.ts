import { plain } from './plain-text';

const OPENING = '^(?:(?:нет|неа|да нет|но|извините|простите|no|nope|sorry|but)[\\s,.!]*)*';
const END = '[\\s.,!?)]*$';

/** Whole messages that say the answer was for another question, or could not be understood; in Russian and English. */
const MISSED: readonly RegExp[] = [
  '(?:нет|неа|не-а|no|nope|nah)',
  '(?:(?:это|вы|я|совсем|вообще|опять|снова|же|все)\\s+)*не\\s+(?:то|так|об\\s+этом|о\\s+том|про\\s+то|про\\s+это|по\\s+теме)',
  '(?:вы|ты|бот)\\s+(?:(?:меня|опять|вообще|снова)\\s+)*не\\s+(?:поняли|понял|понимаете|понимаешь|понимает)(?:\\s+(?:меня|вопрос|мой\\s+вопрос))?',
  '(?:я\\s+)?(?:(?:ничего|вообще)\\s+)*не\\s+(?:понял|поняла|понимаю)(?:\\s+(?:вас|ничего|ответ|ваш\\s+ответ))?',
  '(?:я\\s+)?(?:(?:вас|совсем|вообще)\\s+)*(?:не\\s+(?:это|об\\s+этом|про\\s+это)\\s+(?:спрашивал|спросил|писал|говорил|имел)[аи]?(?:\\s+в\\s+виду)?|(?:спрашивал|спросил|писал)[аи]?\\s+(?:не\\s+(?:это|об\\s+этом|про\\s+это|то)|о\\s+другом|про\\s+другое))',
  "(?:(?:that|this|it)(?:'s| is| was)?\\s+)?not\\s+(?:what\\s+i\\s+(?:asked|meant|mean|wrote|said)(?:\\s+(?:for|about))?|it|that|my\\s+question|helpful)",
  "i\\s+(?:do not|don't|dont|did not|didn't)\\s+(?:understand|get)(?:\\s+(?:it|that|this|you|your\\s+answer))?|i\\s+meant\\s+something\\s+else|wrong\\s+answer",
  "you\\s+(?:do not|don't|dont|did not|didn't)\\s+(?:understand|get|answer)(?:\\s+(?:me|it|my\\s+question))?",
].map((pattern) => new RegExp(`${OPENING}(?:${pattern})${END}`, 'u'));

/** Whether the client says that the answer missed the question. */
export function saysAnswerMissed(text: string): boolean {
  const words = plain(text);
  return MISSED.some((pattern) => pattern.test(words));
}
