import { mixFnv, FNV_OFFSET } from '../model/fnv';
import { visitParts } from './features';
import { wordsOf } from './normalise';

export interface NearExample {
  readonly scenario: string;
  readonly text: string;
}

export interface ExampleLimits {
  readonly most: number;
  readonly mostCharacters: number;
}

/** Of one scenario at most so many: the model should see the rivals, too. */
const MOST_PER_SCENARIO = 3;

/** Finds the examples that share most with a text: words and n-grams of their characters, rare ones first. */
export class NgramIndex {
  readonly #examples: readonly NearExample[];
  readonly #postings = new Map<number, { readonly example: number; readonly value: number }[]>();
  readonly #rarity = new Map<number, number>();

  constructor(examples: readonly NearExample[]) {
    this.#examples = examples;
    const grams = examples.map(({ text }) => gramsOf(text));
    for (const gram of grams.flatMap((set) => [...set])) this.#rarity.set(gram, (this.#rarity.get(gram) ?? 0) + 1);
    // Inverse document frequency, smoothed as usual so that what stands in every example still counts a little.
    for (const [gram, count] of this.#rarity) this.#rarity.set(gram, Math.log((1 + examples.length) / count));
    for (const [example, set] of grams.entries()) {
      const length = Math.hypot(...[...set].map((gram) => this.#rarity.get(gram) ?? 0));
      for (const gram of set) {
        const postings = this.#postings.get(gram) ?? [];
        postings.push({ example, value: (this.#rarity.get(gram) ?? 0) / (length || 1) });
        this.#postings.set(gram, postings);
      }
    }
  }

  /** Examples by their cosine similarity, most similar first; those that share nothing are left out. */
  ranked(text: string): readonly NearExample[] {
    const scores = new Map<number, number>();
    for (const gram of gramsOf(text)) {
      const rarity = this.#rarity.get(gram) ?? 0;
      for (const { example, value } of this.#postings.get(gram) ?? []) {
        scores.set(example, (scores.get(example) ?? 0) + rarity * value);
      }
    }
    return [...scores].sort(([a, x], [b, y]) => y - x || a - b).flatMap(([example]) => this.#examples[example] ?? []);
  }
}

/** The first of `ranked` that fit, not too many of one scenario and no text twice. */
export function chosenExamples(
  ranked: readonly NearExample[],
  { most, mostCharacters }: ExampleLimits,
): readonly NearExample[] {
  const chosen: NearExample[] = [];
  const perScenario = new Map<string, number>();
  let characters = 0;
  for (const example of ranked) {
    if (chosen.length >= most) break;
    const ofScenario = perScenario.get(example.scenario) ?? 0;
    if (ofScenario >= MOST_PER_SCENARIO || characters + example.text.length > mostCharacters) continue;
    if (chosen.some(({ text }) => text === example.text)) continue;
    chosen.push(example);
    characters += example.text.length;
    perScenario.set(example.scenario, ofScenario + 1);
  }
  return chosen;
}

function gramsOf(text: string): ReadonlySet<number> {
  const grams = new Set<number>();
  for (const word of wordsOf(text)) {
    let hash = FNV_OFFSET;
    for (let at = 0; at < word.length; at += 1) hash = mixFnv(hash, word.charCodeAt(at));
    grams.add(hash);
    visitParts(word, (part) => grams.add(part));
  }
  return grams;
}
