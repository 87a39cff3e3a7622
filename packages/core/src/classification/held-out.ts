import { seededShuffle } from './seeded-shuffle';
import type { Slices, Steps } from './slices';
import { TextModel, type LabelledText, type Reading } from './text-model';

/** A reading by a model that knew only some of the classes. */
export interface HeldOutReading extends Reading {
  /** Number of the text that was read. */
  readonly text: number;
  /** The classes that the model knew; its scores are in this order. */
  readonly labels: readonly number[];
}

/** Readings of texts by models that have not seen them. */
export interface HeldOut {
  /** Texts of classes the model knew, each with the place of its class among them. */
  readonly inScope: readonly (HeldOutReading & { readonly label: number })[];
  /** Texts of classes that were hidden from the model altogether: what out of scope looks like. */
  readonly outOfScope: readonly HeldOutReading[];
}

const ROUNDS = 5;
/** With fewer classes nothing can be hidden: one class alone is always right. */
const FEWEST_CLASSES = 4;
/** Texts × classes up to which so many rounds are made: the more there are of both, the more one round tells. */
const ROUNDS_UP_TO = [
  [60_000, ROUNDS],
  [300_000, 3],
  [1_000_000, 2],
] as const;

const CLASS_SEED = 11;
const TEXT_SEED = 12;

/**
 * Leave-class-out: in each round a fifth of the classes is hidden and a fifth of the texts of the others is held out; a
 * model is trained on the rest and reads both. After Fei & Liu 2016, Breaking the Closed World Assumption in Text
 * Classification (https://aclanthology.org/N16-1061), who judge unseen classes so. Hiding and holding out in the same
 * rounds costs half of doing one after the other.
 */
export function* readUnseen(texts: readonly LabelledText[], classes: number, slices: Slices): Steps<HeldOut> {
  const hiddenIn = hidingRounds(classes);
  const heldOutIn = holdingRounds(texts, hiddenIn);
  const cost = texts.length * classes;
  const inScope: (HeldOutReading & { label: number })[] = [];
  const outOfScope: HeldOutReading[] = [];
  const rounds = ROUNDS_UP_TO.find(([most]) => cost <= most)?.[1] ?? 1;
  for (let round = 0; round < rounds; round += 1) {
    const isHidden = ({ label }: LabelledText) => hiddenIn[label] === round;
    const training = texts.filter((text, index) => !isHidden(text) && heldOutIn[index] !== round);
    const labels = [...new Set(training.map(({ label }) => label))];
    if (labels.length < 2) continue;
    const numbers = new Map(labels.map((label, number) => [label, number]));
    const renumbered = training.map(({ features, label }) => ({ features, label: numbers.get(label)! }));
    const model = yield* TextModel.train(renumbered, labels.length, slices);
    for (const [index, text] of texts.entries()) {
      const label = numbers.get(text.label);
      if (isHidden(text)) outOfScope.push({ ...model.read(text.features), text: index, labels });
      else if (heldOutIn[index] === round && label !== undefined) {
        inScope.push({ ...model.read(text.features), text: index, labels, label });
      } else continue;
      if (slices.filledBy(3 * labels.length * text.features.size)) yield;
    }
  }
  return { inScope, outOfScope };
}

/** The round in which each class is hidden; −1 for never. */
function hidingRounds(classes: number): number[] {
  if (classes < FEWEST_CLASSES) return new Array<number>(classes).fill(-1);
  const order = Array.from({ length: classes }, (_, label) => label);
  seededShuffle(order, CLASS_SEED);
  const rounds = new Array<number>(classes).fill(0);
  for (const [position, label] of order.entries()) rounds[label] = position % ROUNDS;
  return rounds;
}

/** The round in which each text is held out: the texts of a class in turn, beginning after the one that hides it. */
function holdingRounds(texts: readonly LabelledText[], hiddenIn: readonly number[]): number[] {
  const order = texts.map((_, index) => index);
  seededShuffle(order, TEXT_SEED);
  const next = hiddenIn.map((round) => round + 1);
  const rounds = new Array<number>(texts.length).fill(0);
  for (const index of order) {
    const { label } = texts[index]!;
    rounds[index] = next[label]! % ROUNDS;
    next[label] = next[label]! + 1;
  }
  return rounds;
}
