import { cosine, type Point } from './embedded-examples';
import { softmax } from './linear-scores';
import { fitLine, type LogisticLine, probabilityOn } from './logistic-line';

export interface LabelledPoint {
  readonly point: Point;
  readonly label: number;
}

/** Examples left out in turn to fit with, spread over all; each is compared with every other. */
const MOST_LEFT_OUT = 300;
/** Cosines of embeddings differ by hundredths, so temperatures are small. Lowest first; the floor is against certainty. */
const TEMPERATURES = [0.01, 0.015, 0.02, 0.03, 0.04, 0.05, 0.07, 0.1, 0.15, 0.2, 0.3];
const USUAL_TEMPERATURE = 0.05;
const USUAL_WEIGHT = 2;
/** What a desk sees when nobody counted: one message in seven is about something else. As in the local classifier. */
const OUT_OF_SCOPE_SHARE = 0.15;
/** The middle and spread that bring scores to one scale, and where the line usually lies: about cosine 0.4. */
const MIDDLE = 0.5;
const SPREAD = 0.15;
const USUAL_SCOPE: LogisticLine = { slope: 1.5, intercept: 2 };
const STRENGTH = 3;

/**
 * Scores a point by the mean of two cosines: to the nearest example of a class and to the mean of its examples. The
 * nearest one alone follows odd examples, the mean alone blurs scenarios that are asked for in several ways.
 */
export class EmbeddingModel {
  readonly temperature: number;
  readonly #examples: readonly LabelledPoint[];
  readonly #sums: readonly Float64Array[];
  readonly #counts: readonly number[];
  readonly #scope: LogisticLine;

  private constructor(
    examples: readonly LabelledPoint[],
    sums: readonly Float64Array[],
    counts: readonly number[],
    fitted: { readonly temperature: number; readonly scope: LogisticLine },
  ) {
    this.#examples = examples;
    this.#sums = sums;
    this.#counts = counts;
    this.temperature = fitted.temperature;
    this.#scope = fitted.scope;
  }

  /**
   * Fits the temperature by the likelihood of examples that are left out in turn (Guo et al. 2017,
   * https://arxiv.org/abs/1706.04599), and what is in scope by comparing them with the set without their whole class.
   */
  static async fit(
    examples: readonly LabelledPoint[],
    classes: number,
    yieldTo: () => Promise<void>,
  ): Promise<EmbeddingModel> {
    const length = examples[0]?.point.length ?? 0;
    const sums = Array.from({ length: classes }, () => new Float64Array(length));
    const counts = new Array<number>(classes).fill(0);
    for (const { point, label } of examples) {
      counts[label] = counts[label]! + 1;
      for (let at = 0; at < length; at += 1) sums[label]![at] = sums[label]![at]! + point[at]!;
    }
    const raw = new EmbeddingModel(examples, sums, counts, { temperature: USUAL_TEMPERATURE, scope: USUAL_SCOPE });
    const step = Math.max(1, examples.length / MOST_LEFT_OUT);
    const heldOut: { readonly label: number; readonly scores: Float64Array }[] = [];
    for (let at = 0; at < examples.length; at += step) {
      const left = examples[Math.floor(at)]!;
      // The only example of its class leaves nothing behind to be recognised by.
      if (counts[left.label]! > 1) heldOut.push({ label: left.label, scores: raw.scoresOf(left.point, left) });
      await yieldTo();
    }
    return new EmbeddingModel(examples, sums, counts, {
      temperature: fitTemperature(heldOut),
      scope: fitScope(heldOut),
    });
  }

  /** Coordinates of a point. */
  get dimensions(): number {
    return this.#sums[0]?.length ?? 0;
  }

  /** One score per class; `without`: as if this example were not there. */
  scoresOf(point: Point, without?: LabelledPoint): Float64Array {
    const nearest = new Float64Array(this.#sums.length).fill(-1);
    for (const example of this.#examples) {
      if (example === without) continue;
      nearest[example.label] = Math.max(nearest[example.label]!, cosine(point, example.point));
    }
    return nearest.map((value, label) => (value + this.#likenessToMean(point, label, without)) / 2);
  }

  probabilityInScope(bestScore: number): number {
    return probabilityOn(onScale(bestScore), this.#scope);
  }

  #likenessToMean(point: Point, label: number, without: LabelledPoint | undefined): number {
    const sum = this.#sums[label]!;
    const left = without?.label === label ? without.point : null;
    if (this.#counts[label]! - (left === null ? 0 : 1) <= 0) return -1;
    let product = 0;
    let squares = 0;
    for (let at = 0; at < sum.length; at += 1) {
      const value = sum[at]! - (left?.[at] ?? 0);
      product += value * point[at]!;
      squares += value * value;
    }
    return squares === 0 ? 0 : product / Math.sqrt(squares);
  }
}

function fitTemperature(heldOut: readonly { readonly label: number; readonly scores: Float64Array }[]): number {
  let best = USUAL_TEMPERATURE;
  let lowest = Infinity;
  for (const temperature of TEMPERATURES) {
    let loss = USUAL_WEIGHT * Math.log(temperature / USUAL_TEMPERATURE) ** 2;
    for (const { scores, label } of heldOut) {
      loss -= Math.log(softmax(scores, temperature)[label]! || Number.MIN_VALUE);
    }
    if (loss < lowest) [best, lowest] = [temperature, loss];
  }
  return best;
}

/** A left-out example's best score is in scope; its best score among the other classes is what out of scope looks like. */
function fitScope(heldOut: readonly { readonly label: number; readonly scores: Float64Array }[]): LogisticLine {
  const cases = heldOut.flatMap(({ scores, label }) => {
    const others = scores.filter((_, other) => other !== label);
    return [
      { input: onScale(Math.max(...scores)), yes: true, weight: 2 * (1 - OUT_OF_SCOPE_SHARE) },
      { input: onScale(Math.max(...others)), yes: false, weight: 2 * OUT_OF_SCOPE_SHARE },
    ];
  });
  return fitLine(cases, USUAL_SCOPE, STRENGTH);
}

function onScale(score: number): number {
  return (score - MIDDLE) / SPREAD;
}
