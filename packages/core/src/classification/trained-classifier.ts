import { UNKNOWN, type Alternative, type Classification } from '../model/classification';
import { calibrate, type Calibration } from './calibration';
import { featuresOf } from './features';
import { wordsOf } from './normalise';
import { Openers, type LabelledWords } from './openers';
import { explain } from './reasoning';
import { probabilityInScope } from './scope';
import { indexOfMax, softmax } from './softmax';
import { TextModel } from './text-model';

export interface ClassifiableScenario {
  readonly id: string;
  readonly description?: string;
  readonly examples: readonly string[];
}

/** As many candidates as a person or a language model is helped by. */
const MOST_CANDIDATES = 6;

/** The local classifier after training; it never changes again. */
export class TrainedClassifier {
  readonly #ids: readonly string[];
  readonly #unknownBelow: number;
  readonly #openers: Openers;
  readonly #model: TextModel;
  readonly #calibration: Calibration;

  constructor(scenarios: readonly ClassifiableScenario[], unknownBelow: number) {
    this.#ids = scenarios.map((scenario) => scenario.id);
    this.#unknownBelow = unknownBelow;
    // A single scenario still needs something to be told from: an empty second class.
    const classes = Math.max(2, scenarios.length);
    const examples = scenarios.flatMap(wordsOfScenario);
    this.#openers = new Openers(examples);
    const texts = examples.map(({ words, label }) => ({
      features: featuresOf(words, this.#openers.lengthIn(words)),
      label,
    }));
    this.#model = new TextModel(texts, classes);
    this.#calibration = calibrate(texts, classes);
  }

  classify(text: string): Classification {
    const words = wordsOf(text);
    if (words.length === 0) return unknown(0, 'There are no words to judge by.', []);

    const features = featuresOf(words, this.#openers.lengthIn(words));
    const vector = this.#model.vocabulary.vectorOf(features);
    const scores = this.#model.softmax.scores(vector);
    const candidates = this.#candidates(scores);
    const best = candidates[0];
    if (best === undefined || best.confidence < this.#unknownBelow) {
      const guess = best === undefined ? '' : `; the best guess is ${best.scenario}`;
      return unknown(rounded(1 - (best?.confidence ?? 0)), `No scenario is likely enough${guess}.`, candidates);
    }
    const nearest = this.#model.nearestLabel(vector);
    return {
      ...best,
      reasoning: explain(
        this.#model,
        features,
        indexOfMax(scores),
        nearest === null ? null : (this.#ids[nearest] ?? null),
      ),
      source: 'local',
      alternatives: candidates.slice(1),
    };
  }

  #candidates(scores: Float64Array): Alternative[] {
    const inScope = probabilityInScope(scores[indexOfMax(scores)] ?? 0, this.#calibration.scope);
    const probabilities = softmax(scores, this.#calibration.temperature);
    return this.#ids
      .map((scenario, label) => ({ scenario, confidence: (probabilities[label] ?? 0) * inScope }))
      .sort((a, b) => b.confidence - a.confidence)
      .slice(0, MOST_CANDIDATES)
      .map(({ scenario, confidence }) => ({ scenario, confidence: rounded(confidence) }));
  }
}

/** The id and the description are one more example: half a point to a point of accuracy on small sets. */
function wordsOfScenario({ id, description = '', examples }: ClassifiableScenario, label: number): LabelledWords[] {
  return [...examples, `${id.replaceAll('_', ' ')} ${description}`].map((text) => ({ words: wordsOf(text), label }));
}

function unknown(confidence: number, reasoning: string, alternatives: readonly Alternative[]): Classification {
  return { scenario: UNKNOWN, confidence, reasoning, source: 'local', alternatives };
}

/** Four digits: more would differ between engines' `Math.exp`, and say nothing. */
function rounded(probability: number): number {
  return Math.round(probability * 10_000) / 10_000;
}
