import type { FirstlineIssue } from '../../errors';
import type { TemplateRef } from '../../model/decision';
import { digest } from '../../model/digest';
import { canonicalJson } from '../../model/json';
import type { TemplateText } from '../../model/scenario';
import { type CompiledTemplate, compileTemplate, renderTemplate, type TemplateValues } from './template';
import { isLocale, isTimeZone } from './template-intl';

/** A template under its key, as given by the developer. */
export interface TemplateSourceText {
  /** For example `scenario.REFERRAL`, `greeting`, `reminder.1`. */
  readonly key: string;
  /** Where it was written, for error messages: `scenarios[2].reply`. */
  readonly path: string;
  readonly text: TemplateText;
  /** Names of variables that only this text may use, for example `opensAt`. Default none. */
  readonly variables?: readonly string[];
}

export interface TemplateCatalogOptions {
  /** Locales every template must cover; the first is the last resort. Empty: whatever the templates have. */
  readonly locales: readonly string[];
  /** Names of variables that always have a value. */
  readonly variables: readonly string[];
  /** IANA name of the zone that dates are written in. Default `'UTC'`. */
  readonly timeZone?: string;
}

export interface RenderedTemplate {
  readonly text: string;
  readonly template: TemplateRef;
}

/** Variables whose value may be absent, so that a template has to give a default. */
const OPTIONAL_VARIABLES: readonly string[] = ['client.name'];
const BUILT_IN_VARIABLES: readonly string[] = ['client.id', 'conversation.id'];
/** Locale of a template written as one plain string: good for every client. */
export const NEUTRAL = 'und';
const DEFAULT_TIME_ZONE = 'UTC';

type TemplatesByKey = ReadonlyMap<string, ReadonlyMap<string, CompiledTemplate>>;

/** All templates of an engine, compiled and checked once; rendering is a look-up along the locale's fallback chain. */
export class TemplateCatalog {
  /** Fingerprint of all texts together: equal for the same texts, whatever their order and place. */
  readonly version: string;
  readonly #templates: TemplatesByKey;
  readonly #locales: readonly string[];
  readonly #timeZone: string;

  constructor(templates: TemplatesByKey, locales: readonly string[], timeZone: string) {
    this.version = versionOf(templates);
    this.#templates = templates;
    this.#locales = locales;
    this.#timeZone = timeZone;
  }

  /**
   * The rendered text, or `null` where there is no usable template for the key. Dates and numbers are written in the
   * template's own locale, so that they fit the words around them; in a text for every locale, in the one asked for.
   */
  render(key: string, locale: string, values: TemplateValues): RenderedTemplate | null {
    const byLocale = this.#templates.get(key);
    if (byLocale === undefined) return null;
    for (const candidate of fallbackChain(locale, this.#locales)) {
      const template = byLocale.get(candidate);
      if (template === undefined) continue;
      const place = { locale: candidate === NEUTRAL ? locale : candidate, timeZone: this.#timeZone };
      const text = renderTemplate(template, values, place);
      if (text !== null) return { text, template: { key, locale: candidate, version: template.version } };
    }
    return null;
  }
}

/** `pt-BR` → `pt-BR`, `pt`, then the text good for every locale, then the engine's locales in their order. */
export function fallbackChain(locale: string, locales: readonly string[]): readonly string[] {
  const parts = locale.split('-');
  const narrowing = parts.map((_, index) => parts.slice(0, parts.length - index).join('-'));
  return [...new Set([...narrowing, NEUTRAL, ...locales])];
}

/**
 * Compiles every template; the issues list all faults of all templates: syntax, unknown variables, missing plural forms,
 * missing locales. With issues, the catalog is not to be used.
 */
export function buildTemplateCatalog(
  sources: readonly TemplateSourceText[],
  options: TemplateCatalogOptions,
): { readonly catalog: TemplateCatalog; readonly issues: readonly FirstlineIssue[] } {
  const issues: FirstlineIssue[] = [];
  const templates = new Map<string, ReadonlyMap<string, CompiledTemplate>>();
  const { locales, timeZone = DEFAULT_TIME_ZONE } = options;
  if (!isTimeZone(timeZone)) {
    issues.push({ path: 'timeZone', message: 'is not a time zone; use an IANA name such as "Europe/Berlin"' });
  }
  for (const source of sources) {
    const known = [...options.variables, ...(source.variables ?? [])];
    const byLocale = new Map<string, CompiledTemplate>();
    for (const [locale, text] of Object.entries(textsByLocale(source.text))) {
      const path = locale === NEUTRAL ? source.path : `${source.path}.${locale}`;
      const notLocale = localeFaults(locale);
      const { template, faults } = compileTemplate(text, notLocale.length > 0 ? [] : spoken(locale, locales));
      const all = [...faults, ...variableFaults(template, known), ...notLocale];
      for (const message of all) issues.push({ path, message });
      byLocale.set(locale, template);
    }
    for (const missing of missingLocales(byLocale, locales)) {
      issues.push({ path: `${source.path}.${missing}`, message: `is missing; add the text for locale "${missing}"` });
    }
    templates.set(source.key, byLocale);
  }
  return { catalog: new TemplateCatalog(templates, locales, timeZone), issues };
}

/** A plain string is the text for every locale. */
export function textsByLocale(text: TemplateText): Readonly<Record<string, string>> {
  return typeof text === 'string' ? { [NEUTRAL]: text } : text;
}

/** The locales a text is written in: its own, or, where it is for every locale, all of the engine's. */
function spoken(locale: string, locales: readonly string[]): readonly string[] {
  return locale === NEUTRAL ? locales.filter(isLocale) : [locale];
}

function versionOf(templates: TemplatesByKey): string {
  const byKey = [...templates].map(([key, byLocale]): [string, Readonly<Record<string, string>>] => {
    const versions = [...byLocale].map(([locale, template]): [string, string] => [locale, template.version]);
    return [key, Object.fromEntries(versions)];
  });
  return digest(canonicalJson(Object.fromEntries(byKey))).slice(0, 12);
}

function variableFaults(template: CompiledTemplate, known: readonly string[]): string[] {
  const faults: string[] = [];
  for (const part of template.parts) {
    if (typeof part === 'string' || part.name === '') continue;
    const optional = OPTIONAL_VARIABLES.includes(part.name);
    if (optional && part.fallback === null) {
      faults.push(`{{${part.name}}} may be absent; give a default: {{${part.name}|…}}`);
    }
    if (optional || BUILT_IN_VARIABLES.includes(part.name)) {
      if (part.format !== null)
        faults.push(`{{${part.name}:${part.format.kind}}} is a text; only numbers have a format`);
    } else if (!known.includes(part.name)) {
      const names = [...OPTIONAL_VARIABLES, ...BUILT_IN_VARIABLES, ...known].join(', ');
      faults.push(`uses the unknown variable {{${part.name}}}; known are ${names}`);
    }
  }
  return faults;
}

function localeFaults(locale: string): string[] {
  if (!isLocale(locale)) return [`"${locale}" is not a locale; use a BCP 47 tag such as "en" or "pt-BR"`];
  const [canonical = locale] = Intl.getCanonicalLocales(locale);
  return canonical === locale ? [] : [`write the locale as "${canonical}"`];
}

function missingLocales(byLocale: ReadonlyMap<string, unknown>, locales: readonly string[]): readonly string[] {
  // A regional locale is served by its language: "pt" covers "pt-BR".
  return locales.filter((locale) => !fallbackChain(locale, []).some((candidate) => byLocale.has(candidate)));
}
