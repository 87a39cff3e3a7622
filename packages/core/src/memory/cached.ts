import { type CachedClassifier, type CachedOptions, RememberingClassifier } from '../classification/cached-classifier';
import type { Cache } from '../ports/cache';
import type { Classifier } from '../ports/classifier';
import { memoryCache } from './memory-cache';

/**
 * A classifier that remembers its answers for a while: `cached(cascade([local, llm], { acceptAt: 0.7 }), { ttl: '5m',
 * version: '2026-03' })`. An answer that was remembered has `source: 'cache'`. Wraps a whole cascade as well as one stage.
 *
 * @param options `cache`: default `memoryCache()`; see {@link CachedOptions} for the rest.
 * @throws FirstlineError `invalid_options`.
 */
export function cached(
  classifier: Classifier,
  options: CachedOptions & { readonly cache?: Cache } = {},
): CachedClassifier {
  return new RememberingClassifier(classifier, options.cache ?? memoryCache(), options);
}
