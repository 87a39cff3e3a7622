import type { Feature } from './features';
import { NearestText } from './nearest-text';
import { SoftmaxModel, type LabelledVector } from './softmax';
import { Vocabulary, type TextVector } from './vocabulary';

export type Features = ReadonlyMap<number, Feature>;

export interface LabelledText {
  readonly features: Features;
  /** Which scenario it belongs to. */
  readonly label: number;
}

/** A vocabulary and the regression on top of it, trained together from labelled texts. */
export class TextModel {
  readonly vocabulary: Vocabulary;
  readonly softmax: SoftmaxModel;
  readonly #texts: readonly LabelledVector[];
  #nearest: NearestText | null = null;

  constructor(texts: readonly LabelledText[], classes: number) {
    this.vocabulary = new Vocabulary(texts.map((text) => text.features));
    this.#texts = texts.map(({ features, label }) => ({ vector: this.vocabulary.vectorOf(features), label }));
    this.softmax = new SoftmaxModel(classes, this.vocabulary.size);
    this.softmax.train(this.#texts);
  }

  scores(features: Features): Float64Array {
    return this.softmax.scores(this.vocabulary.vectorOf(features));
  }

  /** The label of the training text most like this one, or null when none shares an n-gram. */
  nearestLabel(vector: TextVector): number | null {
    // Held-out models never ask, so the index is made for the final one only.
    this.#nearest ??= new NearestText(this.#texts, this.vocabulary.size);
    return this.#nearest.labelOf(vector);
  }
}
