import { REDACTION_KINDS, type RedactionKind, type RedactionPattern } from '../../model/redaction';
import { ibanSpans } from './iban';
import { cardSpans } from './redact-cards';
import { emailSpans, phoneSpans } from './redact-contacts';
import { secretSpans } from './redact-secrets';
import { type Shadow, shadowOf } from './redact-shadow';
import { type Span, spansOf } from './spans';

export interface RedactOptions {
  /** Default: all. */
  readonly kinds?: readonly RedactionKind[];
  /** Default: none. */
  readonly extra?: readonly RedactionPattern[];
}

interface Finding extends Span {
  readonly name: string;
}
type Finder = (text: string, shadow: Shadow) => Finding[];

/** Stands for everything where the passes below do not come to an end. */
const EVERYTHING = '[redacted]';
const MOST_PASSES = 8;

/**
 * The text without card numbers, bank accounts, secrets, e-mail addresses and phone numbers: each is replaced by `[card]`,
 * `[iban]`, `[token]`, `[email]` or `[phone]`, and every other character stays as it is.
 *
 * Doing it twice changes nothing more. Placeholders are never looked into, and what is left between them is searched again
 * until nothing is found; what does not settle within eight passes was written to wear this down and is replaced as a
 * whole. So is the work linear in the length of the text: eight passes at most, each of patterns that read a character a
 * bounded number of times. Never throws.
 *
 * Names, postal addresses, passports and tax numbers are not recognised: without a dictionary of the country they cannot
 * be told from other words and numbers. Use `extra` for what the host knows better.
 */
export function redact(text: string, options: RedactOptions = {}): string {
  return redactor(options)(text);
}

/** {@link redact} with the same options for many texts. */
export function redactor({ kinds = REDACTION_KINDS, extra = [] }: RedactOptions = {}): (text: string) => string {
  const own = extra.map(({ name, pattern }) => ({ name: plainName(name), pattern: globally(pattern) }));
  const names = [...REDACTION_KINDS, 'redacted', ...own.map(({ name }) => name)];
  // With a group, `split` keeps the placeholders, at the odd places.
  const placeholder = new RegExp(`(\\[(?:${names.join('|')})\\])`);
  const stages = STAGES.map((stage) => kinds.filter((kind) => stage.includes(kind)).map((kind) => FINDERS[kind]));
  stages[0]?.unshift(
    ...own.map(
      ({ name, pattern }) =>
        (text: string) =>
          named(name, spansOf(text, pattern)),
    ),
  );

  const pass = (text: string): string =>
    stages.reduce(
      (rest, finders) =>
        rest
          .split(placeholder)
          .map((part, index) => (index % 2 === 1 || part === '' ? part : replaceAll(part, finders)))
          .join(''),
      text,
    );
  return (text) => {
    let before = text;
    for (let count = 0; count < MOST_PASSES; count += 1) {
      const after = pass(before);
      if (after === before) return after;
      before = after;
    }
    return EVERYTHING;
  };
}

// What may contain one another is found together and covered together; a phone number is looked for in what is left, as
// almost anything with digits could be one.
const STAGES: readonly (readonly RedactionKind[])[] = [['iban', 'card', 'token'], ['email'], ['phone']];

const FINDERS: Readonly<Record<RedactionKind, Finder>> = {
  card: (_, { bare }) => named('card', cardSpans(bare)),
  iban: (_, { plain }) => named('iban', ibanSpans(plain)),
  token: (_, shadow) => named('token', secretSpans(shadow)),
  email: (_, { plain }) => named('email', emailSpans(plain)),
  phone: (_, { bare }) => named('phone', phoneSpans(bare)),
};

function replaceAll(text: string, finders: readonly Finder[]): string {
  if (finders.length === 0) return text;
  const shadow = shadowOf(text);
  const findings = finders.flatMap((find) => find(text, shadow)).sort((a, b) => a.start - b.start);
  let [result, behind] = ['', 0];
  for (const { name, start, end } of merge(findings)) {
    result += `${text.slice(behind, start)}[${name}]`;
    behind = end;
  }
  return result + text.slice(behind);
}

/** Findings that overlap become one, under the name of the longest. */
function merge(findings: readonly Finding[]): Finding[] {
  const merged: { start: number; end: number; name: string; longest: number }[] = [];
  for (const { start, end, name } of findings) {
    const last = merged.at(-1);
    if (last === undefined || start >= last.end) {
      merged.push({ start, end, name, longest: end - start });
      continue;
    }
    if (end - start > last.longest) Object.assign(last, { name, longest: end - start });
    last.end = Math.max(last.end, end);
  }
  return merged;
}

function named(name: string, spans: readonly Span[]): Finding[] {
  return spans.map((span) => ({ ...span, name }));
}

/** A copy, so that the host's own `lastIndex` is left alone. */
function globally(pattern: RegExp): RegExp {
  return new RegExp(pattern.source, `${pattern.flags.replace(/[gy]/g, '')}g`);
}

function plainName(name: string): string {
  return name.toLowerCase().replace(/[^a-z\d-]/g, '') || 'redacted';
}
