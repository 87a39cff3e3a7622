import { UNKNOWN, type Alternative, type Classification } from '../model/classification';
import { highest, softmax } from './linear-scores';
import type { FittedMeaning } from './meaning';
import { joined } from './meaning-join';
import { explain } from './reasoning';
import { repairedWords, type Familiarity } from './repair';
import { probabilityInScope } from './scope';
import { MOST_CANDIDATES, type Reading } from './text-model';
import type { Training } from './training';

/** The local classifier after training; it never changes again. */
export class TrainedClassifier {
  readonly training: Training;
  /** Null: the letters decide alone. */
  readonly meaning: FittedMeaning | null;
  readonly #ids: readonly string[];
  readonly #unknownBelow: number;
  readonly #familiarity: Familiarity;

  constructor(training: Training, ids: readonly string[], unknownBelow: number, meaning: FittedMeaning | null = null) {
    this.training = training;
    this.meaning = meaning;
    this.#ids = ids;
    this.#unknownBelow = unknownBelow;
    this.#familiarity = training.analysis.familiarity(training.model.vocabulary);
  }

  /** `meant`: one score per class by meaning; null where it is not known. */
  classify(text: string, meant: Float64Array | null = null): Classification {
    const { analysis, model, sources } = this.training;
    const words = repairedWords(text, this.#familiarity);
    if (words.length === 0 && meant === null) return unknown(0, 'There are no words to judge by.', []);

    const features = analysis.featuresOf(words, model.vocabulary);
    const reading = model.read(features);
    const { labels, candidates } = this.#candidates(reading, meant);
    const best = candidates[0];
    if (best === undefined || best.confidence < this.#unknownBelow) {
      const guess = best === undefined ? '' : `; the best guess is ${best.scenario}`;
      return unknown(rounded(1 - (best?.confidence ?? 0)), `No scenario is likely enough${guess}.`, candidates);
    }
    const nearest = reading.example === null ? null : (sources[reading.example] ?? null);
    return {
      ...best,
      reasoning: explain(model, features, labels[0] ?? 0, nearest),
      source: 'local',
      alternatives: candidates.slice(1),
    };
  }

  /** One confidence: the probability of the class among the set, times that of belonging to the set at all. */
  #candidates(reading: Reading, meant: Float64Array | null) {
    const { probabilities, inScope } = this.#judged(reading, meant);
    const labels = meant === null ? reading.candidates : highest(probabilities, MOST_CANDIDATES);
    const candidates = labels.flatMap((label): Alternative[] => {
      const scenario = this.#ids[label];
      if (scenario === undefined) return [];
      return [{ scenario, confidence: rounded((probabilities[label] ?? 0) * inScope) }];
    });
    return { labels, candidates };
  }

  #judged(reading: Reading, meant: Float64Array | null) {
    const { temperature, scope } = this.training;
    if (this.meaning !== null && meant !== null) {
      const { model, join } = this.meaning;
      return joined(reading, { temperature, scope }, meant, model, join);
    }
    const probabilities = softmax(reading.scores, temperature);
    const inScope = probabilityInScope(reading, probabilities[reading.candidates[0] ?? 0] ?? 0, scope);
    return { probabilities, inScope };
  }
}

function unknown(confidence: number, reasoning: string, alternatives: readonly Alternative[]): Classification {
  return { scenario: UNKNOWN, confidence, reasoning, source: 'local', alternatives };
}

/** No set of examples is large enough to be certain by. */
const MOST_CERTAIN = 0.999;

/** Four digits: more would differ between engines' `Math.exp`, and say nothing. */
function rounded(probability: number): number {
  return Math.round(Math.min(probability, MOST_CERTAIN) * 10_000) / 10_000;
}
