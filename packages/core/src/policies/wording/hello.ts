import { plain } from './plain-text';

/** Phrases of two words and more, whose words alone may mean something else. */
const PHRASES =
  /добр(?:ый|ого|ое|ой|ые) (?:день|дня|вечер|вечера|утро|утра|ночи|времени суток|здоровья)|(?:день|вечер) добрый|утро доброе|ас?салам[\p{L}]*[ -]алейкум|good (?:morning|afternoon|evening|day)|(?:is )?(?:anybody|anyone) (?:here|there)|есть кто(?:-| )?(?:нибудь|то)?(?: тут| здесь)?(?=[\s?!.,]*$)|вы (?:тут|здесь)(?=[\s?!.,]*$)/gu;
/** Said by who has not come to the point yet. */
const HELLO: ReadonlySet<string> = new Set(
  `привет приветик приветики приветствую здравствуйте здравствуй здрасте здрасьте здрасти здрасть хай хеллоу хелло алло алло ау
  салам салем сәлем привіт вітаю доброго
  hi hello hey hiya heya howdy hallo helo greetings yo hola bonjour salut ciao merhaba salam`.split(/\s+/),
);
/** To whom it is said, and how often. */
const BESIDES: ReadonlySet<string> = new Set(
  `вам всем ребята коллеги поддержка уважаемая уважаемые бот друзья еще раз снова
  there all everyone everybody team guys support bot again sir madam dear to you`.split(/\s+/),
);
const LONGEST = 6;

/**
 * Whether the text says hello, in Russian, English, or in one word of some other languages, and nothing else. Deliberately
 * narrow: one other word, and the message is the classifier's.
 */
export function saysOnlyHello(text: string): boolean {
  const found =
    plain(text)
      .replace(PHRASES, ' hello ')
      .match(/[\p{L}\p{N}]+/gu) ?? [];
  if (found.length > LONGEST) return false;
  return found.some((word) => HELLO.has(word)) && found.every((word) => HELLO.has(word) || BESIDES.has(word));
}
