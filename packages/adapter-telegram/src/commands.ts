import type { TemplateText } from '@firstline/core';

/** Command without its slash → what the client says with it; `null`: nothing, it is passed over. */
export type Commands = Readonly<Record<string, TemplateText | null>>;

/**
 * `/start` is how every chat with a bot begins, before anything is said: a greeting. `/human` is worded so that the rule
 * which calls a person knows it without any classifier.
 */
export const DEFAULT_COMMANDS: Commands = {
  start: { en: 'Hello', ru: 'Здравствуйте' },
  human: { en: 'I want to talk to a human', ru: 'Хочу поговорить с оператором' },
};

const COMMAND = /^\/(?<name>[a-zA-Z0-9_]{1,32})(?:@(?<bot>\w+))?(?:\s+(?<rest>[\s\S]*))?$/;

/** What Telegram calls "deep linking": what follows `/start` came with a link and was not written by the client. */
const WITHOUT_REST = 'start';

export interface SpokenCommand {
  readonly name: string;
  /** The bot it is for, lower case; `null`: whichever bot is in the chat. */
  readonly bot: string | null;
  /** In the client's language; `null`: says nothing. */
  readonly text: string | null;
}

/** A message that is a command, in words; `null`: it is none. */
export function readCommand(text: string, locale: string | undefined, commands: Commands): SpokenCommand | null {
  const { name: written, bot, rest = '' } = COMMAND.exec(text)?.groups ?? {};
  if (written === undefined) return null;
  const name = written.toLowerCase();
  const meaning = Object.hasOwn(commands, name) ? commands[name] : undefined;
  const words = meaning === undefined ? name.replaceAll('_', ' ') : meaning === null ? null : inLocale(meaning, locale);
  const more = name === WITHOUT_REST ? '' : rest.trim();
  const said = meaning === undefined ? `${words} ${more}` : `${words}\n${more}`;
  return { name, bot: bot?.toLowerCase() ?? null, text: words === null ? null : said.trim() };
}

/** The text of the locale, of its language, of English, or the first there is. */
function inLocale(text: TemplateText, locale = 'en'): string {
  if (typeof text === 'string') return text;
  const [language = ''] = locale.split('-');
  return text[locale] ?? text[language] ?? text['en'] ?? Object.values(text)[0] ?? '';
}
