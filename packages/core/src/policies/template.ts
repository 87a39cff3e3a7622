import { digest } from '../model/digest';

/** A template cut into literal text and variables. */
export interface CompiledTemplate {
  readonly parts: readonly (string | TemplateVariable)[];
  /** Fingerprint of the source text, pinned in decision records. */
  readonly version: string;
}

export interface TemplateVariable {
  /** Dotted name, for example `client.name`. */
  readonly name: string;
  /** Used when the variable has no value; `null`: the template cannot be used without it. */
  readonly fallback: string | null;
}

/** Values by dotted name; a missing, `null` or blank one counts as absent. */
export type TemplateValues = Readonly<Record<string, string | null | undefined>>;

const PLACEHOLDER = /\{\{([^{}]*)\}\}/g;
const NAME = /^[a-zA-Z][\w]*(?:\.[a-zA-Z][\w]*)*$/;

/** Cuts `{{name}}` and `{{name|default}}` out of `source`. Faults come back as sentences; an empty list means usable. */
export function compileTemplate(source: string): { readonly template: CompiledTemplate; readonly faults: string[] } {
  const faults: string[] = [];
  const parts: (string | TemplateVariable)[] = [];
  let end = 0;
  for (const match of source.matchAll(PLACEHOLDER)) {
    if (match.index > end) parts.push(source.slice(end, match.index));
    end = match.index + match[0].length;
    const inner = match[1] ?? '';
    const bar = inner.indexOf('|');
    const name = (bar < 0 ? inner : inner.slice(0, bar)).trim();
    if (!NAME.test(name)) faults.push(`"${match[0]}" is not a variable; write {{name}} or {{name|default}}`);
    parts.push({ name, fallback: bar < 0 ? null : inner.slice(bar + 1) });
  }
  if (end < source.length) parts.push(source.slice(end));
  const literal = parts.filter((part) => typeof part === 'string').join('');
  if (/\{\{|\}\}/.test(literal)) faults.push('has an unclosed "{{" or a stray "}}"');
  if (source.trim() === '') faults.push('is empty');
  return { template: { parts, version: digest(source).slice(0, 12) }, faults };
}

/** The text, or `null` where a variable without default has no value: better no answer than ", what can I get you". */
export function renderTemplate(template: CompiledTemplate, values: TemplateValues): string | null {
  let text = '';
  for (const part of template.parts) {
    if (typeof part === 'string') {
      text += part;
      continue;
    }
    const value = values[part.name]?.trim();
    if (value !== undefined && value !== '') text += value;
    else if (part.fallback !== null) text += part.fallback;
    else return null;
  }
  return text;
}
