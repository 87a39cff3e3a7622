import type { Shadow } from './redact-shadow';
import { type Span, spansOf } from './spans';

/** Secrets that their issuers made recognisable. No pattern begins within its own alphabet: each run is read once. */
const MARKED: readonly RegExp[] = [
  // OpenAI, Anthropic and those who write like them; a digit, since `sk-` also begins words.
  /(?<![\w-])sk-(?=[a-z_-]{0,100}\d)[\w-]{16,}/gi,
  /(?<!\w)(?:[spr]k_(?:live|test)|gh[pousr]|github_pat|npm|hf|dop_v1|shp(?:at|ca|pa|ss)|whsec)_[\w+/=]{16,}/g,
  /(?<![\w-])(?:xox[a-z]|xapp|glpat)-[\w-]{10,}/g,
  /(?<!\w)(?:AKIA|ASIA)[A-Z\d]{16}(?!\w)/g,
  /(?<![\w-])(?:AIza|ya29\.)[\w-]{20,}/g,
  /(?<![\w-])SG\.[\w-]{16,}\.[\w-]{16,}/g,
  // A Telegram bot's, alone or behind `/bot` in an address.
  /(?<!\d)\d{6,12}:[\w-]{30,}/g,
  // JSON Web Tokens, RFC 7519: three parts, five when encrypted; `eyJ` is `{"` in base64.
  /(?<![\w-])eyJ[\w-]{5,}(?:\.[\w-]*){1,3}\.[\w-]+/g,
];

const NAMES =
  'password|passwd|passphrase|passcode|pass|pwd|pin(?:[- ]?code)?|cvv2?|cvc2?|otp|secret|token|authorization|api[-_ ]?key|(?:access|secret|private)[-_ ]?key|' +
  '(?:access|refresh|auth|id|session|bot)[-_]?token|client[-_]?secret|' +
  'парол(?:ь|я|ем)|пассворд|пин(?:[- ]?код)?|секрет|токен|ключ';
/** `пароль от личного кабинета:`. */
const OF_WHAT = '(?: (?:от|для|к|на|for|to|of|from)(?: [\\p{L}\\p{N}-]{1,20}){1,3})?';
const SCHEMES = 'Bearer|Basic|Token';
const QUOTED = '"[^"\\n]{1,200}"|\'[^\'\\n]{1,200}\'';
/** `password: hunter2`, `"token":"…"`, `Пароль = …`: whatever stands there is taken for the secret. */
const NAMED = new RegExp(
  `(?<![\\p{L}\\p{N}?&])(?:${NAMES})${OF_WHAT}["']? {0,3}[:=] {0,3}\\n? {0,3}(?:(?:${SCHEMES}) {1,3})?(${QUOTED}|(?!(?:${SCHEMES})(?!\\S))\\S+)`,
  'giu',
);
/** `my password is hunter2`, `пароль qwerty1`: only what no sentence goes on with. */
const TOLD = new RegExp(
  `(?<![\\p{L}\\p{N}])(?:password|passcode|pwd|pin|парол(?:ь|я|ем)|пин(?:-?код)?)(?: is| was| -| такой| был)? {1,3}(\\S{4,100})`,
  'giu',
);
const SCHEME = /(?<![\p{L}\p{N}_])(?:Bearer|Basic) {1,4}([\w.~+/=-]{8,})/giu;
const QUERY =
  /[?&#;][\w.-]{0,30}(?:token|key|secret|password|passwd|pwd|sig|signature|auth|session|code)=([^&#\s"'<>]+)/gi;
// RFC 3986, 3.2.1: the part before the last at sign.
const URL_CREDENTIALS = /(?<![a-z\d+.-])[a-z][a-z\d+.-]{1,20}:\/\/([^\s/?#@:]{0,100}:[^\s/?#]{1,200})(?=@)/gi;
const RUN = /(?<![\w+/-])[\w+/-]{28,}={0,2}/g;

/** The passwords, keys and tokens in a text. */
export function secretSpans({ plain, bare }: Shadow): Span[] {
  return [
    ...MARKED.flatMap((pattern) => spansOf(plain, pattern)),
    ...spansOf(plain, NAMED).map((span) => withoutComma(plain, span)),
    ...spansOf(plain, TOLD, (value) => /\d/.test(value) && !/^\d{1,3}(?!\d)/.test(value)).map((span) =>
      withoutComma(plain, span),
    ),
    ...spansOf(plain, SCHEME, (value) => /\d/.test(value) || /[a-z][A-Z]/.test(value)),
    ...spansOf(plain, QUERY),
    ...spansOf(plain, URL_CREDENTIALS),
    ...spansOf(bare, RUN).flatMap((span) => randomParts(bare, span)),
  ];
}

/** A list or a sentence goes on behind a value; the comma is the list's. */
function withoutComma(text: string, { start, end }: Span): Span {
  return end - start > 1 && /[,;]/.test(text.charAt(end - 1)) ? { start, end: end - 1 } : { start, end };
}

/** The parts of a run between slashes, or else all of it: addresses have slashes, and so has base64. */
function randomParts(text: string, { start, end }: Span): Span[] {
  const run = text.slice(start, end);
  const parts = spansOf(run, /[^/]{28,}/g, (part) => looksRandom(part, 1));
  if (parts.length === 0 && run.includes('/') && looksRandom(run, 2)) return [{ start, end }];
  return parts.map((part) => ({ start: start + part.start, end: start + part.end }));
}

/**
 * Whether letters and digits change as often as in random text. Of the neighbours in random base64, 26 % are a digit and a
 * letter (2 · 10/64 · 54/64), and 48 % a capital and something else (2 · 26/64 · 38/64); in random hex, 47 % are a digit
 * and a letter (2 · 10/16 · 6/16). In words, names of files and order numbers digits stand together, and it is below 10 %.
 * The bounds are about two deviations below those means at 28 characters. So many, since ids are shorter (ULID 26, cuid
 * 25, ObjectId 24). Separators do not count.
 */
function looksRandom(run: string, strictness: 1 | 2): boolean {
  const characters = run.replace(/[^A-Za-z\d]/g, '');
  if (characters.length < 24 || new Set(characters).size < 8) return false;
  const mixed = /[A-Z]/.test(characters) && /[a-z]/.test(characters);
  const withDigits = share(characters, (character) => character <= '9');
  if (!mixed) return withDigits >= 0.25;
  const withCapitals = share(characters, (character) => character <= '9' || character >= 'a');
  return withDigits >= 0.08 * strictness && withDigits * characters.length >= 3 && withDigits + withCapitals >= 0.4;
}

/** How many neighbours differ in something, of all. */
function share(characters: string, has: (character: string) => boolean): number {
  let changes = 0;
  for (let index = 1; index < characters.length; index += 1) {
    if (has(characters.charAt(index)) !== has(characters.charAt(index - 1))) changes += 1;
  }
  return changes / (characters.length - 1);
}
