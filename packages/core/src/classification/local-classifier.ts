import { FirstlineError, issuesError, type FirstlineIssue } from '../errors';
import { UNKNOWN } from '../model/classification';
import type { Classifier, ClassifyInput } from '../ports/classifier';
import { TrainedClassifier, type ClassifiableScenario } from './trained-classifier';

export interface LocalClassifierOptions {
  /** What to tell apart; a `Scenario` or any object with an id and examples will do, other members are ignored. */
  readonly scenarios: readonly ClassifiableScenario[];
  /** Below this confidence the answer is `UNKNOWN`. From 0 to 1; default 0.3. */
  readonly unknownBelow?: number;
}

export interface LocalClassifier extends Classifier {
  ready(): Promise<void>;
}

/**
 * On the held-out messages of examples/scenario-pack this refuses five of six that are out of scope and one of twenty
 * that are not. 0.4 is where the default policy sends a recognised message to a person anyway.
 */
const DEFAULT_UNKNOWN_BELOW = 0.3;

/**
 * Learns from the scenarios' examples, in the process, without network or files: the classifier of an engine to which
 * none was given, and its fallback when the given one fails. The same scenarios and the same text give the same answer.
 *
 * Its confidence is the probability of the scenario among the set, times the probability that the message belongs to
 * the set at all; for `UNKNOWN` it is the probability that the best guess is wrong, or 0 where there are no words to
 * judge by. Begin a few examples of several scenarios with the greetings your customers use: from these it learns that
 * a greeting in front of a question decides nothing.
 *
 * @throws FirstlineError `invalid_scenarios` for repeated ids or when no scenario has an example, `invalid_options`.
 */
export function localClassifier(options: LocalClassifierOptions): LocalClassifier {
  const { scenarios, unknownBelow = DEFAULT_UNKNOWN_BELOW } = options;
  checkScenarios(scenarios);
  if (!(unknownBelow >= 0 && unknownBelow <= 1)) {
    throw new FirstlineError('invalid_options', 'unknownBelow: expected a number from 0 to 1', {
      path: 'unknownBelow',
    });
  }

  let training: Promise<TrainedClassifier> | undefined;
  // Training runs in one go: core has no timer that would give the event loop a turn in between, and 20 scenarios with
  // 30 examples each take less than 300 ms. `engine.start()` awaits it before any message comes in.
  const trained = (): Promise<TrainedClassifier> =>
    (training ??= Promise.resolve().then(() => new TrainedClassifier(scenarios, unknownBelow)));

  return {
    ready: async () => {
      await trained();
    },
    classify: async ({ text }: ClassifyInput) => (await trained()).classify(text),
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
