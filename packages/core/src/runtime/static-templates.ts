import type { TemplateSource, TemplateTexts } from '../ports/template-source';

/** Texts that are known when the engine is made and stay as they are. */
export function staticTemplates(texts: TemplateTexts): TemplateSource {
  const copy = structuredClone(texts);
  return { load: () => Promise.resolve(copy) };
}
