import { plain } from './plain-text';

/** Phrases whose words alone may mean something else. */
const PHRASES = new RegExp(
  [
    'добр(?:ый|ого|ое|ой|ые) (?:день|дня|вечер|вечера|утро|утра|ночи|времени суток|здоровья)|(?:день|вечер) добрый|утро доброе',
    'ас?салам[\\p{L}]*[ -]алейкум|good (?:morning|afternoon|evening|day)',
    // Whether somebody is there.
    '(?:is )?(?:anybody|anyone) (?:here|there)|are you (?:here|there)|(?:вы|ты) (?:тут|здесь|на связи)(?=[\\s?!.,]*$)',
    'есть кто(?:-| )?(?:нибудь|то)?(?: тут| здесь)?(?=[\\s?!.,]*$)',
    // That there is a question, and not which one.
    '(?:у меня|у нас) (?:есть |один |тут |такой |небольшой |возник |к вам )*вопрос|(?:можно|могу ли?|могу)(?: я)?(?: вам)?(?: задать)? вопрос',
    'хоте(?:л|ла|ли)(?: бы)? (?:спросить|узнать|задать вопрос)(?=[\\s?!.,]*$)|(?:есть|такой) вопрос(?=[\\s?!.,:]*$)',
    "i(?: have|'ve got| got) (?:a |one |some )?(?:quick )?questions?|(?:can|may|could) i ask(?: you)?(?: (?:a question|something))?(?=[\\s?!.,]*$)",
    '(?:помогите|подскажите|нужна помощь|нужна ваша помощь)(?: мне)?(?=[\\s?!.,]*(?:пожалуйста[\\s?!.,]*)?$)',
    '(?:(?:can|could) you |please |i need )?help(?: me)?(?=[\\s?!.,]*(?:please[\\s?!.,]*)?$)',
  ].join('|'),
  'gu',
);
/** A hand that waves, of any colour. */
const WAVE = /^(?:[👋🙋][\u{1F3FB}-\u{1F3FF}]?(?:\u200D[♀♂])?\uFE0F?\s*)+$/u;
/** Said by who has not come to the point yet. */
const HELLO: ReadonlySet<string> = new Set(
  `привет приветик приветики приветствую здравствуйте здравствуй здрасте здрасьте здрасти здрасть хай хеллоу хелло алло алло ау
  салам салем сәлем привіт вітаю доброго
  hi hello hey hiya heya howdy hallo helo greetings yo hola bonjour salut ciao merhaba salam`.split(/\s+/),
);
/** To whom it is said, and how often. */
const BESIDES: ReadonlySet<string> = new Set(
  `вам всем ребята коллеги поддержка уважаемая уважаемые бот друзья еще раз снова пожалуйста
  please there all everyone everybody team guys support bot again sir madam dear to you`.split(/\s+/),
);
const LONGEST = 6;

/**
 * Whether the text says hello, or that there is a question, and not yet what about: in Russian, English, or in one word of some
 * other languages. Deliberately narrow: one other word, and the message is the classifier's.
 */
export function saysOnlyHello(text: string): boolean {
  if (WAVE.test(text.trim())) return true;
  const found =
    plain(text)
      .replace(PHRASES, ' hello ')
      .match(/[\p{L}\p{N}]+/gu) ?? [];
  if (found.length > LONGEST) return false;
  return found.some((word) => HELLO.has(word)) && found.every((word) => HELLO.has(word) || BESIDES.has(word));
}
