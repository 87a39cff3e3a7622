import type { Features, TextModel } from './text-model';

const MOST_PHRASES = 3;
/** A phrase with less weight than this share of the strongest did not decide anything. */
const WORTH_NAMING = 0.25;

/**
 * Why a scenario was chosen: the scenario of the nearest example and the few words that spoke most for the choice. Only
 * words that stand in the examples are named, which keeps a customer's name, number or address out of the record.
 */
export function explain(model: TextModel, features: Features, label: number, nearest: string | null): string {
  const likeness = nearest === null ? 'Like no example' : `Nearest to an example of ${nearest}`;
  const phrases = decidingPhrases(model, features, label).map((phrase) => `“${phrase}”`);
  return phrases.length === 0 ? `${likeness}.` : `${likeness}; deciding words: ${phrases.join(', ')}.`;
}

function decidingPhrases(model: TextModel, features: Features, label: number): string[] {
  const weighed: { text: string; weight: number }[] = [];
  for (const feature of features.values()) {
    const index = model.vocabulary.indexOf(feature);
    if (feature.label === null || feature.label.includes('_') || index === undefined) continue;
    const weight = model.softmax.evidence(index, label) * model.vocabulary.valueOf(feature, index);
    weighed.push({ text: feature.label.replace(/^\^ | \$$/g, ''), weight });
  }
  weighed.sort((a, b) => b.weight - a.weight);

  const strongest = weighed[0]?.weight ?? 0;
  const chosen: string[] = [];
  for (const { text, weight } of weighed) {
    if (chosen.length === MOST_PHRASES || weight <= 0 || weight < strongest * WORTH_NAMING) break;
    if (!chosen.some((other) => shareWord(other, text))) chosen.push(text);
  }
  return chosen;
}

function shareWord(one: string, other: string): boolean {
  const words = one.split(' ');
  return other.split(' ').some((word) => words.includes(word));
}
