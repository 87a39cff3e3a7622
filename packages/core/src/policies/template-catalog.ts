import type { FirstlineIssue } from '../errors';
import type { TemplateRef } from '../model/decision';
import type { TemplateText } from '../model/scenario';
import { type CompiledTemplate, compileTemplate, renderTemplate, type TemplateValues } from './template';

/** A template under its key, as given by the developer. */
export interface TemplateSourceText {
  /** For example `scenario.REFERRAL`, `greeting`, `reminder.1`. */
  readonly key: string;
  /** Where it was written, for error messages: `scenarios[2].reply`. */
  readonly path: string;
  readonly text: TemplateText;
}

export interface TemplateCatalogOptions {
  /** Locales every template must cover; the first is the last resort. Empty: whatever the templates have. */
  readonly locales: readonly string[];
  /** Names of variables that always have a value. */
  readonly variables: readonly string[];
}

export interface RenderedTemplate {
  readonly text: string;
  readonly template: TemplateRef;
}

/** Variables whose value may be absent, so that a template has to give a default. */
const OPTIONAL_VARIABLES: readonly string[] = ['client.name'];
const BUILT_IN_VARIABLES: readonly string[] = ['client.id', 'conversation.id'];
/** Locale of a template written as one plain string: good for every client. */
const NEUTRAL = 'und';

/** All templates of an engine, compiled and checked once; rendering is a look-up along the locale's fallback chain. */
export class TemplateCatalog {
  readonly #templates = new Map<string, Map<string, CompiledTemplate>>();
  readonly #locales: readonly string[];

  constructor(templates: ReadonlyMap<string, Map<string, CompiledTemplate>>, locales: readonly string[]) {
    this.#templates = new Map(templates);
    this.#locales = locales;
  }

  /** The rendered text, or `null` where there is no usable template for the key. */
  render(key: string, locale: string, values: TemplateValues): RenderedTemplate | null {
    const byLocale = this.#templates.get(key);
    if (byLocale === undefined) return null;
    for (const candidate of fallbackChain(locale, this.#locales)) {
      const template = byLocale.get(candidate);
      if (template === undefined) continue;
      const text = renderTemplate(template, values);
      if (text !== null) return { text, template: { key, locale: candidate, version: template.version } };
    }
    return null;
  }
}

/** `pt-BR` → `pt-BR`, `pt`, then the engine's locales in their order, then templates good for every locale. */
export function fallbackChain(locale: string, locales: readonly string[]): readonly string[] {
  const parts = locale.split('-');
  const narrowing = parts.map((_, index) => parts.slice(0, parts.length - index).join('-'));
  return [...new Set([...narrowing, ...locales, NEUTRAL])];
}

/** Compiles every template; the issues list all faults of all templates: syntax, unknown variables, missing locales. */
export function buildTemplateCatalog(
  sources: readonly TemplateSourceText[],
  options: TemplateCatalogOptions,
): { readonly catalog: TemplateCatalog; readonly issues: readonly FirstlineIssue[] } {
  const issues: FirstlineIssue[] = [];
  const templates = new Map<string, Map<string, CompiledTemplate>>();
  for (const source of sources) {
    const byLocale = new Map<string, CompiledTemplate>();
    const texts = typeof source.text === 'string' ? { [NEUTRAL]: source.text } : source.text;
    for (const [locale, text] of Object.entries(texts)) {
      const path = locale === NEUTRAL ? source.path : `${source.path}.${locale}`;
      const { template, faults } = compileTemplate(text);
      const all = [...faults, ...variableFaults(template, options.variables), ...localeFaults(locale)];
      for (const message of all) issues.push({ path, message });
      byLocale.set(locale, template);
    }
    if (typeof source.text !== 'string') {
      for (const missing of missingLocales(byLocale, options.locales)) {
        issues.push({ path: `${source.path}.${missing}`, message: `is missing; add the text for locale "${missing}"` });
      }
    }
    templates.set(source.key, byLocale);
  }
  return { catalog: new TemplateCatalog(templates, options.locales), issues };
}

function variableFaults(template: CompiledTemplate, known: readonly string[]): string[] {
  const faults: string[] = [];
  for (const part of template.parts) {
    if (typeof part === 'string' || part.name === '') continue;
    if (OPTIONAL_VARIABLES.includes(part.name)) {
      if (part.fallback === null) {
        faults.push(`{{${part.name}}} may be absent; give a default: {{${part.name}|…}}`);
      }
    } else if (!BUILT_IN_VARIABLES.includes(part.name) && !known.includes(part.name)) {
      const names = [...OPTIONAL_VARIABLES, ...BUILT_IN_VARIABLES, ...known].join(', ');
      faults.push(`uses the unknown variable {{${part.name}}}; known are ${names}`);
    }
  }
  return faults;
}

function localeFaults(locale: string): string[] {
  try {
    return Intl.getCanonicalLocales(locale)[0] === locale ? [] : [`write the locale as "${canonical(locale)}"`];
  } catch {
    return [`"${locale}" is not a locale; use a BCP 47 tag such as "en" or "pt-BR"`];
  }
}

function canonical(locale: string): string {
  return Intl.getCanonicalLocales(locale)[0] ?? locale;
}

function missingLocales(byLocale: ReadonlyMap<string, unknown>, locales: readonly string[]): readonly string[] {
  // A regional locale is served by its language: "pt" covers "pt-BR".
  return locales.filter((locale) => !fallbackChain(locale, []).some((candidate) => byLocale.has(candidate)));
}
