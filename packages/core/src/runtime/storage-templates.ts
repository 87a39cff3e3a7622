import { FirstlineError } from '../errors';
import { compileTemplate } from '../policies/templates/template';
import { NEUTRAL } from '../policies/templates/template-catalog';
import type { Clock } from '../ports/clock';
import type { Storage } from '../ports/storage';
import type { TemplateSource, TemplateTexts } from '../ports/template-source';
import { systemClock } from '../clock/system-clock';

export interface StorageTemplatesOptions {
  /** The engine's own storage, or any other that is open. */
  readonly storage: Pick<Storage, 'templates' | 'putTemplate'>;
  /** Default `'default'`. */
  readonly tenant?: string;
  /** Default `systemClock()`. */
  readonly clock?: Clock;
}

export interface StoredTextPlace {
  /** For example `greeting` or `scenario.REFERRAL`. */
  readonly key: string;
  /** BCP 47, or `und` for a text that is good for every client and replaces those of the code in all locales. */
  readonly locale: string;
  /** Who changes it; goes into the feed. */
  readonly operatorId: string;
}

/** Texts that people change while the engine runs, kept in the storage. */
export interface StorageTemplates extends TemplateSource {
  subscribe(changed: () => void): () => void;
  /**
   * Puts a text, and `template.changed` into the feed, which tells the place and the operator and not the text. Engines of
   * this process that use this source take it at once; those of other processes with a message some five seconds later, where they
   * share a cache with an engine of this one, and else within the hour. All do so if all texts together are without fault;
   * `engine.templates.status()` tells.
   *
   * @throws FirstlineError `invalid_input` where the locale or the template's syntax is wrong. Keys and variables are the
   * engine's to know.
   */
  set(params: StoredTextPlace & { readonly text: string }): Promise<void>;
  /** Takes a text away, if there is one: that of the code is back. */
  remove(params: StoredTextPlace): Promise<void>;
}

/** Texts in `storage`, which must be open, as it is once the engine has started. */
export function storageTemplates(options: StorageTemplatesOptions): StorageTemplates {
  const { storage, tenant = 'default', clock = systemClock() } = options;
  const subscribers = new Set<() => void>();

  async function put({ key, locale, operatorId }: StoredTextPlace, text: string | null): Promise<void> {
    const now = clock.now();
    const data = { key, locale, operatorId };
    const event = { type: 'template.changed', at: now, conversationId: null, data } as const;
    await storage.putTemplate({ tenant, now, key, locale, text, event });
    for (const changed of subscribers) changed();
  }

  return {
    async load() {
      const texts = new Map<string, Map<string, string>>();
      for (const { key, locale, text } of await storage.templates({ tenant })) {
        texts.set(key, (texts.get(key) ?? new Map<string, string>()).set(locale, text));
      }
      const byKey = [...texts].map(([key, byLocale]) => [key, Object.fromEntries(byLocale)] as const);
      return Object.fromEntries(byKey) satisfies TemplateTexts;
    },
    subscribe(changed) {
      // One entry per call: the same function may be given twice, and each is ended by itself.
      const subscriber = (): void => changed();
      subscribers.add(subscriber);
      return () => void subscribers.delete(subscriber);
    },
    async set({ text, ...place }) {
      checkPlace(place);
      const locales = place.locale === NEUTRAL ? [] : [place.locale];
      const [fault] = typeof text === 'string' ? compileTemplate(text, locales).faults : ['expected a text'];
      if (fault !== undefined) throw invalid('text', fault);
      await put(place, text);
    },
    async remove(place) {
      checkPlace(place);
      await put(place, null);
    },
  };
}

function checkPlace({ key, locale, operatorId }: StoredTextPlace): void {
  if (typeof key !== 'string' || key === '') throw invalid('key', 'expected a key such as "greeting"');
  if (typeof operatorId !== 'string' || operatorId === '') throw invalid('operatorId', 'is empty');
  if (canonical(locale) !== locale) throw invalid('locale', 'expected a BCP 47 tag such as "en" or "pt-BR", or "und"');
}

function canonical(locale: string): string | null {
  try {
    return Intl.getCanonicalLocales(locale)[0] ?? null;
  } catch {
    return null;
  }
}

function invalid(path: string, problem: string): FirstlineError {
  return new FirstlineError('invalid_input', `${path}: ${problem}`, { path });
}
