import { FirstlineError, issuesError, type FirstlineIssue } from '../errors';
import { UNKNOWN } from '../model/classification';
import type { Classifier, ClassifyInput } from '../ports/classifier';
import { loadModel, storeModel, type LocalModel } from './stored-model';
import { nextTurn, runSliced } from './slices';
import type { HeldOut } from './held-out';
import { Meaning, type MeaningOptions } from './meaning';
import { TrainedClassifier } from './trained-classifier';
import {
  classesFor,
  sourcesOf,
  train,
  type ClassifiableScenario,
  type LearnedExample,
  type Source,
  type Training,
} from './training';

export interface LocalClassifierOptions {
  /** What to tell apart; a `Scenario` or any object with an id and examples will do, other members are ignored. */
  readonly scenarios: readonly ClassifiableScenario[];
  /** Below this confidence the answer is `UNKNOWN`. From 0 to 1; default 0.4. */
  readonly unknownBelow?: number;
  /** What {@link LocalClassifier.toJSON} gave for the same scenarios, also after `JSON.parse`: saves the training. */
  readonly model?: unknown;
  /**
   * An embedder whose points join the same confidence: the likeness in meaning to the nearest example of a scenario and
   * to the mean of its examples. Where it fails or is slow, and while the examples have no points yet, the letters decide
   * alone, as without it. Default: none.
   */
  readonly meaning?: MeaningOptions;
  /**
   * Gives the event loop a turn; training awaits it about every 10 ms. Default: a message to itself, or just a promise
   * where the runtime has no `MessageChannel`. Give your own to train slower, or `async () => {}` to train in one go.
   */
  readonly yieldTo?: () => Promise<void>;
}

export interface LocalClassifier extends Classifier {
  /** Trains what is not trained yet: the scenarios' examples and whatever was learned. Repeated calls share one run. */
  ready(): Promise<void>;
  /**
   * Confirmed labels become examples at the next training, which the next `ready()` runs; until it is done, answers come
   * from the training before. A text given again takes its new label. They are kept in memory only: store them yourself,
   * and give them again after a restart. The same examples in the same order give the same classifier.
   *
   * @throws FirstlineError `invalid_input` for a scenario outside the set; then nothing is learned.
   */
  learn(examples: readonly LearnedExample[]): void;
  /**
   * The trained model as plain data, to be given as `model` to a classifier of the same scenarios. It holds weights and
   * hashes of n-grams, no texts; only greetings and the like, whole examples that begin others, are in it as words.
   *
   * @throws FirstlineError `conflict` before the first training is done.
   */
  toJSON(): LocalModel;
}

/**
 * On the held-out messages of examples/scenario-pack this refuses four of five that are out of scope and one of twenty-five
 * that are not. It is also where the default policy sends a recognised message to a person anyway.
 */
const DEFAULT_UNKNOWN_BELOW = 0.4;

/**
 * Learns from the scenarios' examples, in the process, without network or files: the classifier of an engine to which
 * none was given, and its fallback when the given one fails. The same scenarios and the same text give the same answer.
 *
 * Its confidence is the probability of the scenario among the set, times the probability that the message belongs to
 * the set at all; for `UNKNOWN` it is the probability that the best guess is wrong, or 0 where there are no words to
 * judge by. Begin a few examples of several scenarios with the greetings your customers use: from these it learns that
 * a greeting in front of a question decides nothing.
 *
 * @throws FirstlineError `invalid_scenarios` for repeated ids or when no scenario has an example, `invalid_options`,
 *   also for a model that was trained from other scenarios or by another version.
 */
export function localClassifier(options: LocalClassifierOptions): LocalClassifier {
  const { scenarios, unknownBelow = DEFAULT_UNKNOWN_BELOW, model, yieldTo = nextTurn } = options;
  checkScenarios(scenarios);
  if (!(unknownBelow >= 0 && unknownBelow <= 1)) {
    throw new FirstlineError('invalid_options', 'unknownBelow: expected a number from 0 to 1', {
      path: 'unknownBelow',
    });
  }

  const ids = scenarios.map(({ id }) => id);
  const learned = new Map<string, LearnedExample>();
  let current = model === undefined ? null : new TrainedClassifier(loadModel(model, scenarios), ids, unknownBelow);
  let stale = current === null;
  let running: Promise<TrainedClassifier> | null = null;
  let joining: Promise<void> | null = null;
  const meaning = options.meaning === undefined ? null : new Meaning(options.meaning);
  const stored = model === undefined ? null : (model as LocalModel).meaning;
  const storedJoin = stored?.embedder === meaning?.embedder.model ? (stored ?? null) : null;

  const fitted = async (sources: readonly Source[], training: Training, heldOut: HeldOut | null) => {
    const classes = classesFor(scenarios.length);
    const letters = { temperature: training.temperature, scope: training.scope };
    return (await meaning?.fit({ sources, classes, letters, heldOut, join: storedJoin, yieldTo })) ?? null;
  };

  const retrain = async (): Promise<TrainedClassifier> => {
    await Promise.resolve();
    stale = false;
    try {
      const sources = sourcesOf(scenarios, [...learned.values()]);
      const { training, heldOut } = await runSliced(train(sources, scenarios.length), yieldTo);
      // The letters decide alone while the examples have no points yet.
      if (meaning !== null) current ??= new TrainedClassifier(training, ids, unknownBelow);
      const found = await fitted(sources, training, heldOut);
      return (current = new TrainedClassifier(training, ids, unknownBelow, found));
    } catch (error) {
      stale = true;
      throw error;
    } finally {
      running = null;
    }
  };
  const trained = () => (running ??= retrain());

  /** For a training that was loaded, or whose embedder failed. */
  const join = async (trainedOnes: TrainedClassifier): Promise<void> => {
    const { training } = trainedOnes;
    const found = await fitted(sourcesOf(scenarios, [...learned.values()]), training, null);
    joining = null;
    if (found !== null && current === trainedOnes) {
      current = new TrainedClassifier(training, ids, unknownBelow, found);
    }
  };

  return {
    ready: async () => {
      // What is learned while a training runs needs another one.
      while (stale || running !== null) await trained();
      if (meaning !== null && current !== null && current.meaning === null) await (joining ??= join(current));
    },
    classify: async ({ text, signal }: ClassifyInput) => {
      const now = current ?? (await trained());
      if (meaning === null || now.meaning === null) return now.classify(text);
      return now.classify(text, await meaning.scoresOf(text, now.meaning, signal));
    },
    learn: (examples) => {
      for (const [index, { scenario }] of examples.entries()) {
        if (ids.includes(scenario)) continue;
        const path = `examples[${index}].scenario`;
        throw new FirstlineError('invalid_input', `${path}: "${scenario}" is not among the scenarios`, { path });
      }
      for (const { text, scenario } of examples) learned.set(text, { text, scenario });
      stale ||= examples.length > 0;
    },
    toJSON: () => {
      if (current === null) throw new FirstlineError('conflict', 'the classifier is not trained yet: await ready()');
      const { training, meaning: found } = current;
      const joins = meaning === null || found === null ? null : { ...found.join, embedder: meaning.embedder.model };
      return storeModel(training, scenarios, joins);
    },
  };
}

function checkScenarios(scenarios: readonly ClassifiableScenario[]): void {
  const issues: FirstlineIssue[] = [];
  const seen = new Set<string>();
  for (const [index, { id }] of scenarios.entries()) {
    const path = `scenarios[${index}].id`;
    if (seen.has(id)) issues.push({ path, message: `"${id}" is used twice` });
    if (id === UNKNOWN) issues.push({ path, message: `"${UNKNOWN}" is reserved for messages that fit no scenario` });
    seen.add(id);
  }
  if (scenarios.every(({ examples }) => examples.length === 0)) {
    issues.push({ path: 'scenarios', message: 'the local classifier learns from examples, and no scenario has one' });
  }
  if (issues.length > 0) throw issuesError('invalid_scenarios', 'The scenarios have faults:', issues);
}
