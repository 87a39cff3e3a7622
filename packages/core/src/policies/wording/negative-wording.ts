import { plain } from './plain-text';

const START = '(?<!\\p{L})';
const END = '(?!\\p{L})';
const AUTHORITY =
  '(?:суд(?:ом|у)?(?!\\p{L})|фас(?!\\p{L})|(?:прокуратур|роспотребнадзор|роскомнадзор|надзор|полици|антимонопол)\\p{L}*)';
const ACT = '(?:подам|подаю|подадим|обращусь|обращаюсь|обратимся|пойду|иду|идем|напишу|пишу|заявлю)';

const LAWYER = '(?:my|our|a)\\s+(?:lawyer|attorney|solicitor)';

/**
 * Words that say the client is about to sue or to go to the authorities, accuse the company of fraud or theft, or abuse it,
 * in Russian and English. Trouble itself ("nothing works again") is what scenarios are for: a person called for every sigh
 * helps nobody.
 */
const PATTERNS: readonly RegExp[] = [
  // Threats.
  `${START}(?:${ACT}|жалоб\\p{L}*)\\s+(?:\\p{L}+\\s+){0,3}?${AUTHORITY}`,
  `${START}в\\s+${AUTHORITY}\\s+(?:\\p{L}+\\s+){0,2}?${ACT}${END}`,
  `${START}(?:роспотребнадзор|роскомнадзор|прокуратур|прокурор)\\p{L}*|${START}(?:мо(?:й|им|ему)|наш\\p{L}*|к|через)\\s+(?:юрист|адвокат)\\p{L}*`,
  `${START}защит\\p{L}*\\s+прав\\s+потребител|${START}засужу${END}|${START}(?:буду|будем)\\s+судиться${END}|${START}(?:встретимся|увидимся)\\s+в\\s+суде`,
  `${START}(?:буду|будем|собираюсь|пойду|придется)\\s+(?:на\\s+вас\\s+)?(?:по)?жаловаться|${START}(?:на\\s+вас|напишу|подам|подаю|оставлю)\\s+(?:\\p{L}+\\s+){0,2}?жалобу`,
  // Accusations.
  `${START}(?:мошенн|жулик|аферист|кидалы(?!\\p{L})|кидалов|лохотрон|разводил|ворь|ворюг|обманщик|надувательств)\\p{L}*|${START}(?:воры|обворовали|обокрали|крадете|воруете|грабите|грабеж)${END}`,
  `${START}вы\\s+(?:\\p{L}+\\s+){0,2}?(?:украли|крадете|воруете)|${START}украли\\s+(?:мои|наши|у\\s+меня\\s+(?:все\\s+)?)\\s*деньги`,
  `${START}(?:это|сплошной|чистый|чистой воды|просто|наглый)\\s+(?:(?:же|просто|сплошной|чистый|наглый)\\s+)*(?:обман|развод|грабеж)${END}`,
  `${START}(?:обманываете|обманули|издеваетесь|издевательство|наглость|беспредел|хамство|хамите|охренели|охамели|обнаглели|оборзели)${END}`,
  // Abuse.
  `${START}ненавижу\\s+(?:вас|ваш)|${START}я\\s+(?:просто\\s+)?в\\s+(?:бешенстве|ярости)`,
  `${START}(?:отвратительн|ужасн|мерзк|позорн|паршив)\\p{L}*\\s+(?:\\p{L}+\\s+)?(?:сервис|обслуживани|поддержк|компани|отношени)`,
  `${START}(?:идиоты|дебилы|кретины|уроды|твари|скоты|мрази|сволочи|бездари|дармоеды|тупицы)${END}`,
  `${START}(?:заколебали|заколебало|задолбали|задолбало|достал[оаи]\\s+(?:уже|вы|меня|все|своим|ваши)|вы\\s+(?:меня\\s+)?достали|вы\\s+(?:меня\\s+)?бесите|бесите)${END}`,
  `${START}(?:пошли|идите|катитесь|пошел|иди)\\s+(?:вы\\s+|ты\\s+)?(?:вы${END}|нах|на\\s*х|в\\s+жопу|к\\s+черту|лесом)|${START}пошли\\s+вы${END}`,
  `${START}какого\\s+(?:хрена|черта|фига|хера|лешего)${END}|${START}(?:ни\\s*хрена|ни\\s*хера|до\\s*хрена|нахрен|нахер)${END}`,
  // Obscenity, with a sign in place of its vowel.
  `${START}(?:по|на|о|от|до|за|не|ни)?ху[йеяию]\\p{L}*|${START}(?:бл[*я@#][дт]?ь?|бляд\\p{L}*|сук[аи]|п[*и@#]зд\\p{L}*|мудак\\p{L}*|г[оа]вн\\p{L}*|дерьм\\p{L}*)${END}`,
  `${START}(?:за|на|вы|у|объ|про|до|пере|съ|отъ|подъ|разъ|от|по)?[е*]б(?:а|у|л|н|ш|ы|и(?!тд))\\p{L}*`,
  // English threats, accusations, abuse.
  `\\b(?:sue|suing)\\s+(?:you|your|them|the\\s+company|this\\s+company)\\b|\\b(?:i|we|will|'ll|going\\s+to|gonna|have\\s+to|can)\\s+sue\\b|\\bhear(?:ing)?\\s+from\\s+${LAWYER}|\\b${LAWYER}\\s+(?:will|is\\s+going)|\\b(?:call|calling|contact|get|hire)\\s+${LAWYER}|\\b(?:you|this|it)\\s+to\\s+court\\b|\\bsee\\s+you\\s+in\\s+court\\b|\\b(?:legal\\s+action|lawsuit)\\b`,
  `\\breport(?:ing)?\\s+(?:you|this|your\\s+company|it|them)\\s+to\\s+(?:the\\s+)?(?:fcc|ftc|bbb|ofcom|police|authorit|regulator|ombudsman|consumer|trading\\s+standards|attorney)`,
  `\\b(?:you(?:'| a)?re|this\\s+is|it\\s+is|it's|that's)\\s+(?:all\\s+|just\\s+|such\\s+|nothing\\s+but\\s+)?(?:a\\s+|an\\s+)?(?:scam|scammers?|fraud|frauds|rip-?off|robbery|theft|crooks?|thieves|liars?)\\b`,
  '^(?:you\\s+)?(?:scammers?|thieves|crooks|liars|frauds|rip[- ]?off)[\\s.!]*$',
  `\\b(?:disgusting|horrible|terrible|appalling|pathetic|shitty|crappy|lousy)\\s+(?:\\w+\\s+)?(?:service|support|company|treatment)\\b`,
  `\\b(?:outrageous|unacceptable|ridiculous)\\b|\\bi(?:'m| am)\\s+(?:absolutely\\s+|so\\s+)?(?:furious|livid|outraged)\\b|\\bshame\\s+on\\s+you\\b|\\byou\\s+(?:guys\\s+|people\\s+|all\\s+)?suck\\b|\\b(?:service|support|company)\\s+sucks\\b`,
  `\\bf(?:u|\\*|@)(?:c|\\*|@)k\\w*|\\b(?:bull)?sh[i*]t(?:ty|show)?\\b|\\bassholes?\\b|\\b(?:bastards|bitch)\\b|\\bwtf\\b|\\bwhat\\s+the\\s+hell\\b|\\b(?:you|your)\\s+(?:\\w+\\s+){0,2}?(?:idiots?|morons?)\\b`,
].map((pattern) => new RegExp(pattern, 'u'));

/** Whether the text uses strong negative words. */
export function isStronglyNegative(text: string): boolean {
  const words = plain(text);
  return PATTERNS.some((pattern) => pattern.test(words));
}
