import { UNKNOWN, type Alternative, type Classification } from '../model/classification';
import { softmax } from './linear-scores';
import { explain } from './reasoning';
import { repairedWords, type Familiarity } from './repair';
import { probabilityInScope } from './scope';
import type { Reading } from './text-model';
import type { Training } from './training';

/** The local classifier after training; it never changes again. */
export class TrainedClassifier {
  readonly training: Training;
  readonly #ids: readonly string[];
  readonly #unknownBelow: number;
  readonly #familiarity: Familiarity;

  constructor(training: Training, ids: readonly string[], unknownBelow: number) {
    this.training = training;
    this.#ids = ids;
    this.#unknownBelow = unknownBelow;
    this.#familiarity = training.analysis.familiarity(training.model.vocabulary);
  }

  classify(text: string): Classification {
    const { analysis, model, sources } = this.training;
    const words = repairedWords(text, this.#familiarity);
    if (words.length === 0) return unknown(0, 'There are no words to judge by.', []);

    const features = analysis.featuresOf(words, model.vocabulary);
    const reading = model.read(features);
    const candidates = this.#candidates(reading);
    const best = candidates[0];
    if (best === undefined || best.confidence < this.#unknownBelow) {
      const guess = best === undefined ? '' : `; the best guess is ${best.scenario}`;
      return unknown(rounded(1 - (best?.confidence ?? 0)), `No scenario is likely enough${guess}.`, candidates);
    }
    const nearest = reading.example === null ? null : (sources[reading.example] ?? null);
    return {
      ...best,
      reasoning: explain(model, features, reading.candidates[0] ?? 0, nearest),
      source: 'local',
      alternatives: candidates.slice(1),
    };
  }

  /** One confidence: the probability of the class among the set, times that of belonging to the set at all. */
  #candidates(reading: Reading): Alternative[] {
    const { temperature, scope } = this.training;
    const probabilities = softmax(reading.scores, temperature);
    const inScope = probabilityInScope(reading, probabilities[reading.candidates[0] ?? 0] ?? 0, scope);
    return reading.candidates.flatMap((label) => {
      const scenario = this.#ids[label];
      if (scenario === undefined) return [];
      return [{ scenario, confidence: rounded((probabilities[label] ?? 0) * inScope) }];
    });
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
