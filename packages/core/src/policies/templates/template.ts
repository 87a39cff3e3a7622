import { digest } from '../../model/digest';
import { formatNumber, parseFormat, type TemplateFormat, type TemplatePlace } from './template-format';
import { pluralFaults } from './template-plural';

/** A template cut into literal text and variables. */
export interface CompiledTemplate {
  readonly parts: readonly (string | TemplateVariable)[];
  /** Fingerprint of the source text, pinned in decision records. */
  readonly version: string;
}

export interface TemplateVariable {
  /** Dotted name, for example `client.name`; empty where it could not be read. */
  readonly name: string;
  /** How a number is written; `null`: the value as it is. */
  readonly format: TemplateFormat | null;
  /** Used when the variable has no value; `null`: the template cannot be used without it. */
  readonly fallback: string | null;
}

/**
 * Values by dotted name; a missing, `null` or blank one counts as absent, and so does a number that is not finite. Dates
 * are epoch milliseconds.
 */
export type TemplateValues = Readonly<Record<string, string | number | null | undefined>>;

const PLACEHOLDER = /\{\{([^{}]*)\}\}/g;
/** Name, format, what is in its parentheses, default. The parentheses end where the placeholder or its default does. */
const INNER = /^([^:|]*)(?::\s*([\w-]+)\s*(?:\((.*?)\)\s*)?)?(?:\|(.*))?$/s;
const NAME = /^[a-zA-Z][\w]*(?:\.[a-zA-Z][\w]*)*$/;
const ANYWHERE: TemplatePlace = { locale: 'en', timeZone: 'UTC' };

/**
 * The language:
 *
 * | written                                       | becomes                                                              |
 * |-----------------------------------------------|----------------------------------------------------------------------|
 * | `{{name}}`                                    | the value; without one, the whole template cannot be used            |
 * | `{{name\|default}}`                           | the value, else the default; goes with every line below              |
 * | `{{at:date}}` `:time` `:datetime` `:weekday`  | an instant in the words of the locale, by the clock of the time zone |
 * | `{{count:number}}`                            | a number in the digits of the locale                                 |
 * | `{{count:plural(one=# minute;other=# minutes;=0=no time)}}` | the form of the number, `#` being the number itself    |
 *
 * Formats take numbers only; anything else counts as absent. Nothing is escaped: the result is plain text, and what HTML
 * or Markdown make of it is the transport's to prevent, which alone knows where the text goes. Values are never read as
 * templates.
 *
 * `locales` are those whose plural forms the text must have; none given: any. Faults come back as sentences without
 * anything of the text but names; an empty list means usable.
 */
export function compileTemplate(
  source: string,
  locales: readonly string[] = [],
): { readonly template: CompiledTemplate; readonly faults: string[] } {
  const faults: string[] = [];
  const parts: (string | TemplateVariable)[] = [];
  let end = 0;
  let count = 0;
  for (const match of source.matchAll(PLACEHOLDER)) {
    if (match.index > end) parts.push(source.slice(end, match.index));
    end = match.index + match[0].length;
    count += 1;
    const read = readVariable(match[1] ?? '', count, locales);
    parts.push(read.variable);
    faults.push(...read.faults);
  }
  if (end < source.length) parts.push(source.slice(end));
  const literal = parts.filter((part) => typeof part === 'string').join('');
  if (/\{\{|\}\}/.test(literal)) faults.push('has an unclosed "{{" or a stray "}}"');
  if (source.trim() === '') faults.push('is empty');
  return { template: { parts, version: digest(source).slice(0, 12) }, faults };
}

/** The text, or `null` where a variable without default has no value: better no answer than ", what can I get you". */
export function renderTemplate(
  template: CompiledTemplate,
  values: TemplateValues,
  place: TemplatePlace = ANYWHERE,
): string | null {
  let text = '';
  for (const part of template.parts) {
    const piece = typeof part === 'string' ? part : (valueText(part, values, place) ?? part.fallback);
    if (piece === null) return null;
    text += piece;
  }
  return text;
}

function readVariable(
  inner: string,
  count: number,
  locales: readonly string[],
): { readonly variable: TemplateVariable; readonly faults: readonly string[] } {
  const [, given = '', word, args, fallback = null] = INNER.exec(inner) ?? [];
  const name = given.trim();
  if (!NAME.test(name)) {
    const forms = '{{name}}, {{name|default}}, {{name:time}} or {{name:plural(one=…;other=…)}}';
    const fault = `placeholder ${count} cannot be read; write ${forms}`;
    return { variable: { name: '', format: null, fallback }, faults: [fault] };
  }
  if (word === undefined) return { variable: { name, format: null, fallback }, faults: [] };
  const { format, faults } = parseFormat(word, args);
  const forLocales = format?.kind === 'plural' && faults.length === 0 ? pluralFaults(format.forms, locales) : [];
  return {
    variable: { name, format, fallback },
    faults: [...faults, ...forLocales].map((fault) => `{{${name}:${word}}} ${fault}`),
  };
}

function valueText({ name, format }: TemplateVariable, values: TemplateValues, place: TemplatePlace): string | null {
  // A variable may be called "constructor"; what every object inherits is no value.
  const value = Object.hasOwn(values, name) ? values[name] : null;
  if (format !== null) return formatNumber(format, value, place);
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : null;
  const text = typeof value === 'string' ? value.trim() : '';
  return text === '' ? null : text;
}
