import { CompactWeights } from './compact-weights';
import { ExampleIndex, type Likeness } from './example-index';
import type { Features } from './features';
import { highest } from './linear-scores';
import { trainSvm } from './linear-svm';
import type { Slices, Steps } from './slices';
import { perfectLogit, trainSoftmax } from './softmax-regression';
import { MAP_WORK, Vocabulary, type LabelledVector } from './vocabulary';

export interface LabelledText {
  readonly features: Features;
  /** Which scenario it belongs to. */
  readonly label: number;
}

/** What a model sees in one text. */
export interface Reading extends Likeness {
  /** One logit per class. */
  readonly scores: Float64Array;
  /** The classes with the highest scores, highest first. */
  readonly candidates: readonly number[];
  /** The highest logit of the regression among them, as a share of that of a perfectly learned example. */
  readonly strength: number;
  /** Share of the text's n-grams that examples have. */
  readonly known: number;
}

/**
 * How much an SVM's score weighs beside a logit of the regression: their standard deviations over classes and texts are
 * one to 2.6–5.2 (HWU64, CLINC150, xSID). The mean of the two is never worse than either, and up to a point better.
 */
const SVM_WEIGHT = 4;
/** As many candidates as a person or a language model is helped by. */
export const MOST_CANDIDATES = 6;
/** Strength and likeness are asked of those that can still win. */
const MOST_RIVALS = 2;

/** A vocabulary, the two linear models on top of it, and the examples they were trained from. */
export class TextModel {
  readonly classes: number;
  readonly vocabulary: Vocabulary;
  /** Regression and SVMs together: their sum of scores is the logarithm of the product of their probabilities. */
  readonly both: CompactWeights;
  /** The regression alone: its highest logit tells a text out of scope better than the SVMs' or the sum. */
  readonly regression: CompactWeights;
  readonly examples: ExampleIndex;

  constructor(
    classes: number,
    vocabulary: Vocabulary,
    both: CompactWeights,
    regression: CompactWeights,
    examples: ExampleIndex,
  ) {
    this.classes = classes;
    this.vocabulary = vocabulary;
    this.both = both;
    this.regression = regression;
    this.examples = examples;
  }

  static *train(texts: readonly LabelledText[], classes: number, slices: Slices): Steps<TextModel> {
    const vocabulary = yield* Vocabulary.ofTexts(
      texts.map(({ features }) => features),
      classes,
      slices,
    );
    const vectors: LabelledVector[] = [];
    for (const { features, label } of texts) {
      vectors.push({ vector: vocabulary.vectorOf(features), label });
      if (slices.filledBy(2 * MAP_WORK * features.size)) yield;
    }
    const logits = yield* trainSoftmax(vectors, classes, vocabulary.size, slices);
    yield;
    const sum = yield* trainSvm(vectors, classes, vocabulary.size, slices);
    for (let at = 0; at < sum.length; at += 1) {
      sum[at] = sum[at]! * SVM_WEIGHT + logits[at]!;
      if (at % classes === 0 && slices.filledBy(2 * classes)) yield;
    }
    const both = yield* CompactWeights.of(sum, classes, slices);
    const regression = yield* CompactWeights.of(logits, classes, slices);
    yield;
    const examples = ExampleIndex.ofTexts(vectors, classes, vocabulary.size);
    yield;
    return new TextModel(classes, vocabulary, both, regression, examples);
  }

  read(features: Features): Reading {
    const vector = this.vocabulary.vectorOf(features);
    const scores = this.both.scoresOf(vector);
    const candidates = highest(scores, MOST_CANDIDATES);
    const rivals = candidates.slice(0, MOST_RIVALS);
    const logits = rivals.map((label) => this.regression.scoreOf(vector, label));
    return {
      scores,
      candidates,
      strength: Math.max(...logits) / perfectLogit(this.classes),
      known: features.size === 0 ? 0 : vector.indices.length / features.size,
      ...this.examples.likeness(vector, rivals),
    };
  }
}
