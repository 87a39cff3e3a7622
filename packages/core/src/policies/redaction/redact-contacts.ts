import { type Span, spansOf } from './spans';

// Names of pictures such as `icon@2x.png` look like addresses.
const DOMAIN =
  /@(?:[\p{L}\p{N}-]{1,63}\.){1,8}(?!(?:png|jpe?g|gif|svg|webp)(?![\p{L}\p{N}]))(?:xn--[a-z\d-]{1,59}|\p{L}{2,63})/giu;
const LOCAL = /[\p{L}\p{M}\p{N}._%+'-]/u;

/** The e-mail addresses in a text, of any script. Found by their domains, so that no letter is looked at twice. */
export function emailSpans(text: string): Span[] {
  const spans: Span[] = [];
  let behind = 0;
  for (const { 0: domain, index } of text.matchAll(DOMAIN)) {
    let start = index;
    while (start > behind && LOCAL.test(text.charAt(start - 1))) start -= 1;
    behind = index + domain.length;
    if (start < index) spans.push({ start, end: behind });
  }
  return spans;
}

const ALONE = { before: '(?<![\\p{L}\\p{N}_])', after: '(?![\\p{L}\\p{N}_])' };
const LAST_SEVEN = '\\d{3}[ .-]?\\d{2}[ .-]?\\d{2}';

/** How phone numbers are written at home. Where the first character cannot be a part of a word, nothing is asked before it. */
const NATIONAL: readonly RegExp[] = [
  // Russia, Kazakhstan, Belarus: 8 (912) 345-67-89, 89123456789, 8 029 123-45-67, 7 912 345 67 89.
  national(`[78](?:[ -]{0,2}\\([03-9]\\d{2}\\)|[ -][03-9]\\d{2}|[3-9]\\d{2})(?:[ .-]{0,2}\\d){7}`),
  // Without the leading 8, and North America: 912 345-67-89, 555-123-4567, 1 555 123 4567.
  national(`(?:1[ .-])?[2-9]\\d{2}[ .-]${LAST_SEVEN}`),
  new RegExp(`\\([2-9]\\d{2}\\)[ -]?${LAST_SEVEN}${ALONE.after}`, 'gu'),
  // A number within a Russian city: 123-45-67.
  new RegExp(`${ALONE.before}(?<!\\d-)\\d{3}-\\d{2}-\\d{2}${ALONE.after}(?!-\\d)`, 'gu'),
  // China: 138 0013 8000.
  national('1[3-9]\\d[ -]\\d{4}[ -]\\d{4}'),
];
/** With the leading zero of most of Europe, Ukraine and Belarus: 020 7946 0958, 06 12 34 56 78; and 00 for the plus. */
const ZERO_LED = [
  national('0[1-9](?:[ .()-]{0,2}\\d){7,10}'),
  new RegExp('\\(0[1-9]\\d{1,3}\\)(?:[ .-]{0,2}\\d){5,8}' + ALONE.after, 'gu'),
  national('00[1-9](?:[ .()-]{0,2}\\d){9,12}'),
];
/** Anything that is called a phone number. */
const CALLED = new RegExp(
  '(?<!\\p{L})(?:тел|телефон\\p{L}{0,2}|моб|мобильн\\p{L}{2,3}|phone|mobile|tel|cell|whats ?app|в[ао]тсап|viber|вайбер)' +
    '[ .:=#№-]{0,3}(?:(?:number|номер|is|мой|my)[ .:=#№-]{1,3})?(\\(?\\d(?:[ ().-]{0,2}\\d){4,14})' +
    ALONE.after,
  'giu',
);
const AFTER_PLUS = /\+ ?\(?\d[\d ().-]{6,40}/g;
const GAP = /^(?:[ .-]|[ -]?\(|\)[ -]?| - )$/;

const MONEY_BEHIND = /^ ?(?:[₽$€£%]|р\.|руб|тыс|млн|usd|eur|rub)/i;
const ORDER_BEFORE =
  /(?:[#№]|(?<!\p{L})(?:заказ|договор|сч[её]т|чек|трек|накладн|заявк|обращени|инн)\p{L}{0,3}|\b(?:order|invoice|contract|ticket|tracking|id|sku))[ :.#№-]{0,3}$/iu;

/** The phone numbers in a text; `text` without dates and IP addresses. */
export function phoneSpans(text: string): Span[] {
  const national = [
    ...NATIONAL.flatMap((pattern) => spansOf(text, pattern)),
    ...ZERO_LED.flatMap((pattern) => spansOf(text, pattern, (piece) => /\D/.test(piece) || piece.length >= 12)),
  ].filter(({ start }) => !ORDER_BEFORE.test(text.slice(Math.max(0, start - 24), start)));
  const international = [...text.matchAll(AFTER_PLUS)].flatMap(({ 0: piece, index }) => {
    const length = internationalLength(piece);
    return length === 0 ? [] : [{ start: index, end: index + length }];
  });
  return [...national, ...spansOf(text, CALLED), ...international].filter(
    ({ end }) => !MONEY_BEHIND.test(text.slice(end, end + 5)),
  );
}

/**
 * How much of a text that begins with a plus is a number as ITU-T E.164 has it, with 8 to 15 digits. Numbers of +7 and +1
 * have eleven; of the others nobody knows where they end, so figures right behind one are taken for a part of it.
 */
function internationalLength(text: string): number {
  const enough = /^\+ ?\(?[17]/.test(text) ? 11 : 15;
  let [digits, end] = [0, 0];
  for (const { 0: group, index } of text.matchAll(/\d+/g)) {
    if (digits >= enough || digits + group.length > 15) break;
    if (digits > 0 && !GAP.test(text.slice(end, index))) break;
    digits += group.length;
    end = index + group.length;
  }
  const cut = /\d/.test(text.charAt(end));
  // +55.755826 is a coordinate.
  return digits < 8 || cut || /^\+\d{1,3}\.\d+$/.test(text.slice(0, end)) ? 0 : end;
}

function national(pattern: string): RegExp {
  return new RegExp(`${ALONE.before}${pattern}${ALONE.after}`, 'gu');
}
