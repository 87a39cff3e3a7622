import { FirstlineError } from '../errors';
import { type Alternative, type Classification, UNKNOWN } from '../model/classification';
import type { RedactionPolicyOptions } from '../policies/redaction/redaction-policy';
import type { Classifier, ClassifyInput } from '../ports/classifier';
import type { Embedder } from '../ports/embedder';
import { embedAll } from './embedded-examples';
import { EmbeddingModel } from './embedding-model';
import { softmax } from './linear-scores';
import { redactorForModels } from './model-redaction';
import { nextTurn } from './slices';
import type { ClassifiableScenario } from './training';

export interface EmbeddingClassifierOptions {
  readonly embedder: Embedder;
  readonly scenarios: readonly ClassifiableScenario[];
  /** Below this confidence the answer is `UNKNOWN`. From 0 to 1; default 0.3. */
  readonly unknownBelow?: number;
  /** As `policy.privacy.redact`; give the same. Default: everything known is redacted. */
  readonly redact?: RedactionPolicyOptions;
}

export interface EmbeddingClassifier extends Classifier {
  /** Embeds and weighs the examples, once; what failed is tried again by the next call. */
  ready(): Promise<void>;
}

/** Alternatives told. */
const MOST_CANDIDATES = 5;

/**
 * Compares a message with the scenarios' examples by meaning, as an {@link Embedder} sees it: the stage between the local
 * classifier and a language model, or instead of one. Its confidence is the probability of the scenario among the set,
 * times that of belonging to the set at all, both fitted on the examples themselves, each left out in turn.
 *
 * Rejects with what the embedder rejects with. Sets no time limit of its own: `signal` is handed on.
 *
 * @throws FirstlineError `invalid_options`, `invalid_scenarios` when fewer than two scenarios have examples.
 */
export function embeddingClassifier(options: EmbeddingClassifierOptions): EmbeddingClassifier {
  const { embedder, unknownBelow = 0.3 } = options;
  if (!(unknownBelow >= 0 && unknownBelow <= 1)) {
    const path = 'unknownBelow';
    throw new FirstlineError('invalid_options', `${path}: expected a number from 0 to 1`, { path });
  }
  const scenarios = options.scenarios.filter(({ examples }) => examples.length > 0);
  if (scenarios.length < 2) {
    throw new FirstlineError('invalid_scenarios', 'the embedding classifier needs two scenarios with examples');
  }
  const redact = redactorForModels(options.redact);
  const examples = scenarios.flatMap(({ examples: texts }, label) => texts.map((text) => ({ label, text })));
  let model: Promise<EmbeddingModel> | null = null;

  const train = async (): Promise<EmbeddingModel> => {
    const points = await embedAll(
      embedder,
      examples.map(({ text }) => redact(text)),
    );
    const labelled = points.map((point, index) => ({ point, label: examples[index]!.label }));
    return EmbeddingModel.fit(labelled, scenarios.length, nextTurn);
  };
  const trained = async (): Promise<EmbeddingModel> => {
    const running = (model ??= train());
    try {
      return await running;
    } catch (error) {
      if (model === running) model = null;
      throw error;
    }
  };

  return {
    ready: async () => void (await trained()),
    classify: async ({ text, signal }: ClassifyInput): Promise<Classification> => {
      if (text.trim() === '') return unknown(0, 'There are no words to judge by.', []);
      const current = await trained();
      const [point] = await embedAll(embedder, [redact(text)], signal);
      const scores = current.scoresOf(point!);
      const inScope = current.probabilityInScope(Math.max(...scores));
      const probabilities = softmax(scores, current.temperature);
      const candidates: Alternative[] = scenarios
        .map(({ id }, label) => ({ scenario: id, confidence: rounded(probabilities[label]! * inScope) }))
        .sort((a, b) => b.confidence - a.confidence)
        .slice(0, MOST_CANDIDATES);
      const best = candidates[0]!;
      if (best.confidence < unknownBelow) {
        const guess = `No scenario is near enough; the best guess is ${best.scenario}.`;
        return unknown(rounded(1 - best.confidence), guess, candidates);
      }
      return {
        ...best,
        reasoning: `Nearest in meaning to the examples of ${best.scenario}.`,
        source: 'local',
        alternatives: candidates.slice(1),
      };
    },
  };
}

function unknown(confidence: number, reasoning: string, alternatives: readonly Alternative[]): Classification {
  return { scenario: UNKNOWN, confidence, reasoning, source: 'local', alternatives };
}

function rounded(probability: number): number {
  return Math.round(probability * 10_000) / 10_000;
}
