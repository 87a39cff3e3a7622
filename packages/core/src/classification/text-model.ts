import type { Feature } from './features';
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
  readonly texts: readonly LabelledVector[];

  constructor(texts: readonly LabelledText[], classes: number) {
    this.vocabulary = new Vocabulary(texts.map((text) => text.features));
    this.texts = texts.map(({ features, label }) => ({ vector: this.vocabulary.vectorOf(features), label }));
    this.softmax = new SoftmaxModel(classes, this.vocabulary.size);
    this.softmax.train(this.texts);
  }

  scores(features: Features): Float64Array {
    return this.softmax.scores(this.vocabulary.vectorOf(features));
  }

  /** The label of the training text with the highest cosine similarity, or null when none shares an n-gram. */
  nearestLabel(vector: TextVector): number | null {
    const query = new Float32Array(this.vocabulary.size);
    vector.indices.forEach((feature, at) => (query[feature] = vector.values[at] ?? 0));
    let nearest: number | null = null;
    let highest = 0;
    for (const text of this.texts) {
      const { indices, values } = text.vector;
      let similarity = 0;
      for (let at = 0; at < indices.length; at += 1) {
        similarity += (values[at] as number) * (query[indices[at] as number] as number);
      }
      if (similarity > highest) {
        highest = similarity;
        nearest = text.label;
      }
    }
    return nearest;
  }
}
