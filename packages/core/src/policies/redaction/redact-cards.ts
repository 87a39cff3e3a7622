import { passesLuhn } from './luhn';
import type { Span } from './spans';

const GAP = /^[ -]{1,3}$/;
// Sixteen digits in pairs are eight groups. Without a limit, a list of small numbers would contain a card sooner or later.
const MOST_GROUPS = 10;

/**
 * The payment card numbers in a text: 13 to 19 digits (ISO/IEC 7812-1 allows up to 19), solid or in groups with one to
 * three spaces and dashes between them, that pass Luhn's formula. Every row of whole groups is tried, so that neither a
 * quantity before a card nor the security code behind it hides it; what belongs to any valid row is reported. The first
 * digits are not looked at: new networks come, and what else passes (IMEI, SIM cards) is as personal.
 */
export function cardSpans(text: string): Span[] {
  const groups = [...text.matchAll(/\d+/g)].map(({ 0: digits, index }) => ({ digits, start: index }));
  return groups.flatMap((group, first) => {
    let row = '';
    let end = group.start;
    const spans: Span[] = [];
    for (const { digits, start } of groups.slice(first, first + MOST_GROUPS)) {
      if (row !== '' && !GAP.test(text.slice(end, start))) break;
      row += digits;
      end = start + digits.length;
      if (row.length > 19) break;
      if (row.length >= 13 && passesLuhn(row)) spans.push({ start: group.start, end });
    }
    return spans;
  });
}
