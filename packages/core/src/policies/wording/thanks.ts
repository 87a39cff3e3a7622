import type { Scenario } from '../../model/scenario';
import { isOnlyApproval, plain } from './plain-text';

const words = (list: string): ReadonlySet<string> => new Set(list.trim().split(/\s+/));

/**
 * Words of which a message that needs no answer is made, in Russian and English. Deliberately narrow: one other word, and
 * the message is the classifier's.
 */
const THANKS = words(`
  спасибо спс спасиб спасибки пасиб пасибо благодарю благодарим благодарен благодарна сенкс мерси благодарствую дякую рахмет spasibo
  thanks thank thx thnx thanx tnx ty tysm cheers merci danke gracias`);
/** What the client wrote about is over. */
const DONE = words(`
  помогло помогли заработало заработал работает разобрался разобралась разобрались получилось решено решилось решен решена
  снят закрыт исправилось наладилось неважно отбой пока досвидания прощайте
  works working worked fixed solved resolved helped nevermind bye goodbye`);
/** The client goes and does something about it, and may be back. */
const PENDING = words(`
  сейчас щас секунду секундочку сек минуту минутку мин попробую попробуем посмотрю проверю пришлю скину отправлю сделаю
  перезагружу
  trying checking sending moment sec second minute pending`);
/** The client believes that somebody is coming. */
const WAITS = words(`жду ждем подожду подождем waiting`);
/** The client has understood. */
const NODS = words(`
  ок окей оки хорошо ладно понял поняла поняли понятно ясно принято принял ага угу да добро договорились супер отлично класс
  круто
  ok okay k kk fine great good perfect sure understood got clear alright cool nice noted awesome yes yep yeah`);
/** They go with anything. */
const FILLERS = words(`
  ну и очень уже тогда так все это я мы вас конечно просто
  so very all it s that i we m am just then of course really is did does`);
/** Only beside thanks, or where all is well, do these ask for nothing. */
const FOR_WHAT = words(`
  большое огромное вам тебе за помощь ответ информацию консультацию теперь снова опять мне нам еще раз заранее сам сама сами
  быстро оперативно быстрый буду будем
  beaucoup you u much a lot for the your help quick fast answer reply response info this now and many again me my ll will in advance
  already team guys everything kind kindly`);
/** Said to be over. */
const TOPICS = words(`вопрос проблема problem issue question`);

/** Phrases whose words alone mean something else. */
const FAREWELL =
  /до (?:свидания|встречи|связи)|всего (?:доброго|хорошего|наилучшего)|хорошего (?:дня|вечера)|have a (?:nice|good|great) (?:day|one|evening|weekend)|good ?bye/gu;
const ALL_WELL =
  /never ?mind|forget it|all (?:good|fine|well|set)|no (?:problem|worries)|(?:no,? )?that(?:'s| is| will be|'ll be) all|no (?:more |further |other )?questions|nothing (?:else|more)|(?:нет,? )?(?:это|вот и|на этом) все|(?:больше |других )?вопросов (?:больше )?нет|нет (?:больше )?вопросов|(?:больше )?ничего (?:больше )?не (?:нужно|надо)|все (?:хорошо|нормально|отлично|в порядке)/gu;
const WILL_DO = /(?:will|'ll|let me|going to) (?:do|try|check|send|see)(?: (?:it|that|this|so))?(?!\p{L})/gu;
/** Said beside thanks, these take nothing back. */
const NO_MORE =
  /(?:больше |других )?(?:вопросов|проблем\p{L}*) (?:больше )?нет|нет (?:больше )?(?:вопросов|проблем)|(?:больше )?ничего (?:больше )?не (?:нужно|надо)|(?:больше|уже) не (?:нужно|надо|актуально)|не за что|без проблем|нет,? (?=спасибо)|(?<=спасибо[\s,.!]{0,3})(?:но )?нет(?=[\s.!,)]*$)|(?:но )?не (?:надо|нужно|стоит|требуется|беспокойтесь|переживайте|за что)(?=[\s.!,)]*$)|no (?:more |further |other )?(?:questions|problems?|issues|worries)|nothing (?:else|more)|that's all|(?:but )?no,? (?=thank)/gu;
/** Thanks with one of these say something besides, most often that nothing is well. */
const MORE =
  /\?|(?<!\p{L})(?:но|однако|хотя|не|нет|нету|ни|ничего|никто|без|нельзя|блин|вопрос|еще(?! раз)|отсутств\p{L}*|жд(?:у|ем)|подожд(?:у|ем))(?!\p{L})|(?:^|[,.!;:\n]\s*|(?:^|\s)(?:и|а|еще)\s+)(?:а\s+)?(?:как|когда|где|куда|почему|зачем|сколько|как(?:ой|ая|ие|ое|ую)|кто|подскажите|скажите)(?!\p{L})|\b(?:but|however|though|not|\w+n't|cannot|no|nothing|never|nobody|without|still|useless|wast(?:e|ed|ing)|wrong|down|broken|how|when|where|why|which|also|another|one more|waiting)\b/u;
const GRATITUDE = new RegExp(
  '(?<!\\p{L})(?:(?:ну|ага|заранее|большое|огромное|and|many)[\\s,]+)*' +
    `(?:thank (?:you|u)|${[...THANKS].join('|')})(?!\\p{L})` +
    '(?:[\\s,]+(?:большое|огромное|вам|заранее|(?:very|so) much|a lot|a million|again|in advance)(?!\\p{L}))*',
  'gu',
);
/** Thanks, typed as if the keyboard were Russian. */
const WRONG_LAYOUT = /(?<!\p{L})cgfcb,?j(?!\p{L})/gu;
const LETTERS = /\p{L}/gu;
const FEWEST_LETTERS = 2;
const LONGEST = 12;

/** Whether the text says nothing but thanks, good-bye, or that all is well. */
export function saysOnlyThanks(text: string): boolean {
  const said = kindsOf(text);
  return said !== null && !said.has(WAITS) && (said.has(THANKS) || said.has(DONE));
}

/** Whether the text says nothing but that all is well again; thanks alone do not say so. */
export function saysItIsOver(text: string): boolean {
  return kindsOf(text)?.has(DONE) === true;
}

/**
 * Whether the text only says that the client has understood, or is about to do something; where a person is on the way,
 * also that the client waits for them.
 */
export function isAcknowledgement(text: string, personComes: boolean): boolean {
  if (isOnlyApproval(text)) return true;
  const said = kindsOf(text);
  if (said === null || said.size === 0) return false;
  return said.has(WAITS) ? personComes : !said.has(THANKS) && !said.has(DONE);
}

/** Whether the client is about to do something, and may be back. */
export function isPending(text: string): boolean {
  return kindsOf(text)?.has(PENDING) === true;
}

/** Whether the client is done: in so many words, or by a scenario that says so of itself, and nothing said speaks against it. */
export function needsNothingMore(text: string, attachments: number, scenario: Scenario | null): boolean {
  if (attachments > 0) return false;
  return saysOnlyThanks(text) || (scenario?.closes === true && !saysMoreThanThanks(text));
}

/** Whether something is said besides thanks: a question, a doubt, that nothing has become better. */
export function saysMoreThanThanks(text: string): boolean {
  if (saysOnlyThanks(text)) return false;
  const said = plain(text);
  const thanks = said.includes('?') || said.replace(GRATITUDE, '') !== said;
  return thanks && MORE.test(said.replace(NO_MORE, ' '));
}

/** The text without the thanks in it, in small letters; `null`: nothing is left that could be read. */
export function besideThanks(text: string): string | null {
  const rest = plain(text)
    .replace(GRATITUDE, ' ')
    .replace(/^[\s,.!;:)]+/u, '')
    .trim();
  return (rest.match(LETTERS)?.length ?? 0) < FEWEST_LETTERS ? null : rest;
}

/** Which kinds of words the text consists of; `null`: there is another word, a word out of place, or a question. */
function kindsOf(text: string): ReadonlySet<ReadonlySet<string>> | null {
  if (text.includes('?')) return null;
  const said = thankful(plain(text))
    .replace(FAREWELL, ' bye ')
    .replace(ALL_WELL, ' nevermind ')
    .replace(WILL_DO, ' pending ');
  const found = said.match(/[\p{L}\p{N}]+/gu) ?? [];
  if (found.length === 0 || found.length > LONGEST) return null;
  const kinds = new Set<ReadonlySet<string>>();
  for (const word of found) {
    if (FILLERS.has(word)) continue;
    const kind = [THANKS, DONE, PENDING, WAITS, NODS, FOR_WHAT, TOPICS].find((one) => one.has(word));
    if (kind === undefined) return null;
    kinds.add(kind);
  }
  if (kinds.has(TOPICS) && !kinds.has(DONE)) return null;
  return kinds.has(FOR_WHAT) && !kinds.has(THANKS) && !kinds.has(DONE) ? null : kinds;
}

/** "No, thanks": beside thanks, what takes nothing back says nothing. */
function thankful(said: string): string {
  const named = said.replace(WRONG_LAYOUT, 'спасибо');
  return named.replace(GRATITUDE, '') === named ? named : named.replace(NO_MORE, ' ');
}
