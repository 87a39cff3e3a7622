import type { FirstlineIssue } from '../../errors';
import { NEUTRAL, type TemplateSourceText, textsByLocale } from './template-catalog';

/**
 * The code's templates with other texts put over them, by key.
 *
 * A text for one locale replaces that locale only, and the others keep theirs. A text for every locale (a plain string, or
 * `und`) replaces the key whole: otherwise those of the code, being closer to each client's locale, would hide it.
 *
 * `overrides` come from a file or a database, so their shape is checked; issues name places and never show a text. Whether
 * the result can be used is for `buildTemplateCatalog` to say.
 */
export function overrideTemplates(
  templates: readonly TemplateSourceText[],
  overrides: unknown,
): { readonly templates: readonly TemplateSourceText[]; readonly issues: readonly FirstlineIssue[] } {
  const issues: FirstlineIssue[] = [];
  const byKey = new Map(templates.map((template) => [template.key, template]));
  if (!isRecord(overrides)) {
    issues.push({ path: 'templates', message: 'expected an object of texts by key' });
    return { templates, issues };
  }
  for (const [key, text] of Object.entries(overrides)) {
    const template = byKey.get(key);
    const faults = shapeFaults(key, text);
    issues.push(...faults);
    if (template === undefined) {
      issues.push({ path: key, message: `is not a key of this engine; known are ${[...byKey.keys()].join(', ')}` });
    } else if (faults.length === 0) {
      const texts = textsByLocale(text as string | Record<string, string>);
      const kept = Object.hasOwn(texts, NEUTRAL) ? {} : textsByLocale(template.text);
      byKey.set(key, { ...template, path: key, text: { ...kept, ...texts } });
    }
  }
  return { templates: [...byKey.values()], issues };
}

function shapeFaults(key: string, text: unknown): readonly FirstlineIssue[] {
  if (typeof text === 'string') return [];
  if (!isRecord(text) || Object.keys(text).length === 0) {
    return [{ path: key, message: 'expected a text, or one per locale' }];
  }
  return Object.entries(text)
    .filter(([, value]) => typeof value !== 'string')
    .map(([locale]) => ({ path: `${key}.${locale}`, message: 'expected a text' }));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
