import { type HeldOut, readUnseen } from './held-out';
import { wordsOf } from './normalise';
import { fitScope, type Scope } from './scope';
import { Slices, type Steps } from './slices';
import { fitTemperature } from './temperature';
import { TextAnalysis } from './text-analysis';
import { TextModel, type LabelledText } from './text-model';

export interface ClassifiableScenario {
  readonly id: string;
  readonly description?: string;
  readonly examples: readonly string[];
}

/** A message whose scenario a person has confirmed. */
export interface LearnedExample {
  readonly text: string;
  /** Id of the scenario. */
  readonly scenario: string;
}

/** Everything that classifying needs; it never changes again. */
export interface Training {
  readonly analysis: TextAnalysis;
  readonly model: TextModel;
  readonly temperature: number;
  readonly scope: Scope;
  /** Where each text of the training came from, in words that quote nothing: `example 3 of BILLING`. */
  readonly sources: readonly string[];
}

/** A text to learn from: an example, a description, or what people have confirmed. */
export interface Source {
  readonly text: string;
  readonly label: number;
  readonly name: string;
}

/** Multiply-adds that reading one text is worth, roughly. */
const READING_WORK = 100_000;

/**
 * Learns from the texts of so many scenarios, in slices. The same texts give the same result. What was held out on the
 * way comes with it, by the numbers of the texts.
 */
export function* train(
  sources: readonly Source[],
  scenarios: number,
): Steps<{ readonly training: Training; readonly heldOut: HeldOut }> {
  const slices = new Slices();
  const examples: { words: string[]; label: number }[] = [];
  for (const { text, label } of sources) {
    examples.push({ words: wordsOf(text), label });
    if (slices.filledBy(READING_WORK)) yield;
  }
  const analysis = yield* TextAnalysis.ofExamples(examples, slices);
  yield;
  const texts: LabelledText[] = [];
  for (const { words, label } of examples) {
    texts.push({ features: analysis.featuresOf(words), label });
    if (slices.filledBy(READING_WORK)) yield;
  }
  // A single scenario still needs something to be told from: an empty second class.
  const classes = classesFor(scenarios);
  const heldOut = yield* readUnseen(texts, classes, slices);
  const temperature = yield* fitTemperature(heldOut.inScope, slices);
  const scope = yield* fitScope(heldOut, temperature, slices);
  const model = yield* TextModel.train(texts, classes, slices);
  const names = sources.map(({ name }) => name);
  return { training: { analysis, model, temperature, scope, sources: names }, heldOut };
}

export function classesFor(scenarios: number): number {
  return Math.max(2, scenarios);
}

/** The id and the description are one more example: half a point to a point of accuracy on small sets. */
export function sourcesOf(scenarios: readonly ClassifiableScenario[], learned: readonly LearnedExample[]): Source[] {
  const labels = new Map(scenarios.map(({ id }, label) => [id, label]));
  const own = scenarios.flatMap(({ id, description = '', examples }, label) => [
    ...examples.map((text, index) => ({ text, label, name: `example ${index + 1} of ${id}` })),
    { text: `${inWords(id)} ${description}`, label, name: `the description of ${id}` },
  ]);
  const confirmed = learned.flatMap(({ text, scenario }) => {
    const label = labels.get(scenario);
    return label === undefined ? [] : [{ text, label, name: `a learned example of ${scenario}` }];
  });
  return [...own, ...confirmed];
}

/** `ORDER_STATUS` and `orderStatus` are two words. */
function inWords(id: string): string {
  return id.replace(/_|(?<=\p{Ll})(?=\p{Lu})/gu, ' ');
}
