import type { Features } from './features';
import type { TextModel } from './text-model';

const MOST_PHRASES = 3;
/** A phrase with less weight than this share of the strongest did not decide anything. */
const WORTH_NAMING = 0.25;

/**
 * Why a scenario was chosen: the nearest example and the few words that spoke most for the choice. Only words that stand
 * in the examples are named, which keeps a customer's name, number or address out of the record; and an example by its
 * number, since a learned one is a customer's message too.
 */
export function explain(model: TextModel, features: Features, label: number, nearest: string | null): string {
  const likeness = nearest === null ? 'Like no example' : `Nearest to ${nearest}`;
  const phrases = decidingPhrases(model, features, label).map((phrase) => `“${phrase}”`);
  return phrases.length === 0 ? `${likeness}.` : `${likeness}; deciding words: ${phrases.join(', ')}.`;
}

function decidingPhrases(model: TextModel, features: Features, label: number): string[] {
  const { vocabulary, both } = model;
  const weighed: { words: string; weight: number }[] = [];
  for (const [each, at] of features.labelled.entries()) {
    const words = features.labels[each]!;
    const index = vocabulary.indexOf(features.hashes[at]!);
    if (index < 0 || words.includes('_')) continue;
    const weight = both.evidence(index, label) * vocabulary.valueOf(features, at, index);
    if (weight > 0) weighed.push({ words, weight });
  }
  weighed.sort((a, b) => b.weight - a.weight);

  const strongest = weighed[0]?.weight ?? 0;
  const chosen: string[] = [];
  for (const { words, weight } of weighed) {
    if (chosen.length === MOST_PHRASES || weight < strongest * WORTH_NAMING) break;
    const text = words.replace(/^\^ | \$$/g, '');
    if (!chosen.some((other) => shareWord(other, text))) chosen.push(text);
  }
  return chosen;
}

function shareWord(one: string, other: string): boolean {
  const words = one.split(' ');
  return other.split(' ').some((word) => words.includes(word));
}
