import { mixFnv } from '../model/fnv';
import { stemHash, stemHashFrom } from './features';

const LATIN = codesOf('abcdefghijklmnopqrstuvwxyz');
const CYRILLIC = codesOf('абвгдежзийклмнопрстуфхцчшщъыьэюя');
/** Shorter stems are one edit away from too many others. */
const SHORTEST = 4;
const LONGEST = 16;

/**
 * The known stem that is one edit away from an unknown one (a letter too many, too few, another, or two exchanged); of
 * several the commonest among the examples, null when there is none. All edits are tried, since an index of them would
 * have to hold the examples' words (Norvig 2007, https://norvig.com/spell-correct.html): some 500 look-ups, for words
 * that are neither known nor like a known one in stem. Only hashes are made of them, from that of what stands before.
 *
 * @param commonness of a stem among the examples, by its hash; null when they do not have it.
 */
export function knownNeighbour(stem: string, commonness: (hash: number) => number | null): string | null {
  if (stem.length < SHORTEST || stem.length > LONGEST) return null;
  const alphabet = /^[a-z]+$/.test(stem) ? LATIN : /^[а-я]+$/.test(stem) ? CYRILLIC : null;
  if (alphabet === null) return null;
  const codes = codesOf(stem);
  let highest = -Infinity;
  let nearest: (() => string) | null = null;
  const isBetter = (hash: number): boolean => {
    const common = commonness(hash);
    if (common === null || common <= highest) return false;
    highest = common;
    return true;
  };
  let before = stemHash('');
  for (let at = 0; at <= codes.length; at += 1) {
    const edited = (middle: string, after: number) => () => stem.slice(0, at) + middle + stem.slice(after);
    const isInside = at < codes.length;
    if (isBetter(stemHashFrom(before, codes, at + 1))) nearest = edited('', at + 1);
    if (at + 1 < codes.length) {
      const exchanged = mixFnv(mixFnv(before, codes[at + 1]!), codes[at]!);
      if (isBetter(stemHashFrom(exchanged, codes, at + 2))) nearest = edited(stem[at + 1]! + stem[at]!, at + 2);
    }
    for (const letter of alphabet) {
      const hash = mixFnv(before, letter);
      if (isBetter(stemHashFrom(hash, codes, at))) nearest = edited(String.fromCharCode(letter), at);
      if (isInside && isBetter(stemHashFrom(hash, codes, at + 1))) {
        nearest = edited(String.fromCharCode(letter), at + 1);
      }
    }
    if (isInside) before = mixFnv(before, codes[at]!);
  }
  return nearest === null ? null : nearest();
}

function codesOf(text: string): number[] {
  return Array.from(text, (letter) => letter.charCodeAt(0));
}
