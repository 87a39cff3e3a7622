import { FNV_OFFSET, mixFnv } from '../model/fnv';

/** The record of twenty requests is written with each decision; what follows after so many words is detail. */
const MAX_WORDS = 16;
/** Shorter words carry grammar, not subject. */
const SHORTEST_WORD = 3;
/** Share of common words from which two texts say the same; two words must be common, or "help" would equal "help". */
const SAME_SHARE = 0.6;
const FEWEST_COMMON = 2;

/**
 * What a text is made of, as hashes of its words in growing order: enough to recognise the same request in slightly other
 * words, and not enough to read it.
 */
export function gistOf(text: string): readonly number[] {
  const words =
    text
      .normalize('NFKC')
      .toLowerCase()
      .replace(/ё/g, 'е')
      .match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
  const hashes = new Set<number>();
  for (const word of words) {
    if (word.length >= SHORTEST_WORD && hashes.size < MAX_WORDS) hashes.add(hash(word));
  }
  return [...hashes].sort((a, b) => a - b);
}

/** Whether two texts say the same in nearly the same words (Jaccard index of their words). */
export function sameGist(one: readonly number[], other: readonly number[]): boolean {
  const known = new Set(one);
  const common = other.filter((word) => known.has(word)).length;
  const all = one.length + other.length - common;
  return common >= FEWEST_COMMON && common / all >= SAME_SHARE;
}

function hash(word: string): number {
  let value = FNV_OFFSET;
  for (let index = 0; index < word.length; index += 1) value = mixFnv(value, word.charCodeAt(index));
  return value >>> 0;
}
