/** What a text is searched in: other texts of exactly the same length, so that what is found there lies here as well. */
export interface Shadow {
  /** Full-width forms, other scripts' digits, spaces and dashes as their ASCII counterparts. */
  readonly plain: string;
  /** The same without what looks like a number of a person and is none: UUIDs, dates and IPv4 addresses. */
  readonly bare: string;
}

// Full-width ASCII; the digits that customers' keyboards type; spaces and what is invisible between digits; dashes.
// NFKC would fold more, but it changes lengths, and what is not redacted has to stay as it is.
const FOREIGN =
  /[\uff01-\uff5e\u0660-\u0669\u06f0-\u06f9\u0966-\u096f\u09e6-\u09ef\u0e50-\u0e59\t\u00a0\u00ad\u1680\u2000-\u200b\u202f\u205f\u2060\u3000\ufeff\u2010-\u2015\u2212\ufe58\ufe63]/g;
const DASHES = /[\u2010-\u2015\u2212\ufe58\ufe63]/;
/** Arabic, Persian, Devanagari, Bengali, Thai. */
const ZEROS = [0x0660, 0x06f0, 0x0966, 0x09e6, 0x0e50];

const BYTE = '(?:25[0-5]|2[0-4]\\d|1\\d{2}|[1-9]?\\d)';
const MONTH = '(?:0[1-9]|1[0-2])';
const DAY = '(?:0[1-9]|[12]\\d|3[01])';
const HARMLESS = [
  /(?<![\p{L}\p{N}-])[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}(?![\p{L}\p{N}-])/giu,
  // Between other groups of digits it is no date, but may be the middle of a card number.
  new RegExp(`(?<!\\d[ -]?)(?:19|20)\\d{2}-${MONTH}-${DAY}(?![ -]?\\d)`, 'g'),
  new RegExp(`(?<!\\d[ ./-]?)${DAY}([./-])${MONTH}\\1(?:19|20)\\d{2}(?![ ./-]?\\d)`, 'g'),
  new RegExp(`(?<!\\d[ .-]?)${BYTE}\\.${BYTE}\\.${BYTE}\\.${BYTE}(?!\\d|\\.\\d)`, 'g'),
];

export function shadowOf(text: string): Shadow {
  const plain = text.replace(FOREIGN, fold);
  // A line feed separates everything, so that what is left on both sides does not grow together.
  const bare = HARMLESS.reduce((rest, pattern) => rest.replace(pattern, (found) => '\n'.repeat(found.length)), plain);
  return { plain, bare };
}

function fold(character: string): string {
  const code = character.charCodeAt(0);
  if (code >= 0xff01 && code <= 0xff5e) return String.fromCharCode(code - 0xfee0);
  const zero = ZEROS.find((first) => code >= first && code < first + 10);
  if (zero !== undefined) return String(code - zero);
  return DASHES.test(character) ? '-' : ' ';
}
