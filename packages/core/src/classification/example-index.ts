import type { LabelledVector, TextVector } from './vocabulary';

/** Of larger scenarios these many, spread over all: the likeness of the nearest one hardly changes beyond. */
const MOST_PER_CLASS = 64;

export interface Likeness {
  /** Cosine similarity to the nearest example of the classes asked for, 0 when none shares an n-gram. */
  readonly nearest: number;
  /** Which example that is, by its number in the training set; null when none shares an n-gram. */
  readonly example: number | null;
  /** Cosine similarity to the nearest mean of a class's examples. */
  readonly centroid: number;
}

interface KeptExample extends LabelledVector {
  readonly number: number;
}

/** The examples as vectors, to say how like one of them a message is. */
export class ExampleIndex {
  readonly #classes: readonly { readonly examples: readonly KeptExample[]; readonly length: number }[];
  /** The message, spread out for the time of one question. */
  readonly #spread: Float32Array;

  constructor(kept: readonly KeptExample[], classes: number, features: number) {
    this.#spread = new Float32Array(features);
    const own: KeptExample[][] = Array.from({ length: classes }, () => []);
    for (const example of kept) own[example.label]!.push(example);
    this.#classes = own.map((examples) => ({ examples, length: this.#lengthOfSum(examples) }));
  }

  static ofTexts(texts: readonly LabelledVector[], classes: number, features: number): ExampleIndex {
    const numbers: number[][] = Array.from({ length: classes }, () => []);
    for (const [number, { label }] of texts.entries()) numbers[label]!.push(number);
    const kept = numbers.flatMap((own) => evenly(own, MOST_PER_CLASS).map((number) => ({ ...texts[number]!, number })));
    return new ExampleIndex(kept, classes, features);
  }

  get examples(): KeptExample[] {
    return this.#classes.flatMap(({ examples }) => examples);
  }

  likeness({ indices, values }: TextVector, labels: readonly number[]): Likeness {
    const spread = this.#spread;
    for (let at = 0; at < indices.length; at += 1) spread[indices[at]!] = values[at]!;
    let nearest = 0;
    let example: number | null = null;
    let centroid = 0;
    for (const label of labels) {
      const { examples, length } = this.#classes[label]!;
      let sum = 0;
      for (const { vector, number } of examples) {
        const cosine = dot(spread, vector);
        sum += cosine;
        if (cosine <= nearest) continue;
        nearest = cosine;
        example = number;
      }
      if (length > 0) centroid = Math.max(centroid, sum / length);
    }
    for (let at = 0; at < indices.length; at += 1) spread[indices[at]!] = 0;
    return { nearest, example, centroid };
  }

  #lengthOfSum(examples: readonly KeptExample[]): number {
    const sums = this.#spread;
    for (const { vector } of examples) {
      for (const [at, index] of vector.indices.entries()) sums[index] = sums[index]! + vector.values[at]!;
    }
    let squares = 0;
    for (const { vector } of examples) {
      for (const index of vector.indices) {
        squares += sums[index]! ** 2;
        sums[index] = 0;
      }
    }
    return Math.sqrt(squares);
  }
}

function dot(spread: Float32Array, { indices, values }: TextVector): number {
  let sum = 0;
  for (let at = 0; at < indices.length; at += 1) sum += spread[indices[at]!]! * values[at]!;
  return sum;
}

function evenly(numbers: readonly number[], most: number): number[] {
  if (numbers.length <= most) return [...numbers];
  return Array.from({ length: most }, (_, index) => numbers[Math.floor((index * numbers.length) / most)]!);
}
