import type { EmbeddingModel, LabelledPoint } from './embedding-model';
import type { HeldOut, HeldOutReading } from './held-out';
import { softmax } from './linear-scores';
import { fitLogistic, logistic, type Coefficients, type WeighedCase } from './logistic-regression';
import { OUT_OF_SCOPE_SHARE, probabilityInScope, type Scope } from './scope';
import type { Slices, Steps } from './slices';
import type { Reading } from './text-model';

/** How much what the letters say and what the meaning says count for one confidence. */
export interface Join {
  /** Exponents of the two probabilities of a class, whose product is the joined one. */
  readonly letters: number;
  readonly meaning: number;
  /** Coefficients of the log-odds of being in scope by letters, by meaning, and the intercept. */
  readonly scope: Coefficients;
}

/** What is known of the letters apart from a message. */
export interface LettersFit {
  readonly temperature: number;
  readonly scope: Scope;
}

/** Both say much the same, so together they count little more than one; for sets too small to hold anything out. */
export const USUAL_JOIN: Join = { letters: 0.6, meaning: 0.6, scope: [0.6, 0.6, 0] };
const EXPONENTS = [0, 0.2, 0.4, 0.6, 0.8, 1, 1.25];
/** Texts' worth of doubt it takes to leave the usual exponents, and cases' worth for the coefficients. */
const USUAL_WEIGHT = 2;
const STRENGTHS: Coefficients = [3, 3, 1];
/** Held-out texts to fit with, spread over all: each is compared with every example. */
const MOST_TEXTS = 300;

interface JoinedCase {
  readonly inputs: readonly [letters: Float64Array, meaning: Float64Array];
  readonly label: number | null;
  readonly odds: readonly number[];
}

/**
 * Learns from held-out texts how to multiply the two opinions about the class (a product of experts: Hinton 2002,
 * https://doi.org/10.1162/089976602760128018, with exponents instead of training them together) and from hidden classes
 * how to add those about the scope (stacking: Wolpert 1992, https://doi.org/10.1016/S0893-6080(05)80023-1).
 *
 * @param points of the texts that were held out, by their numbers.
 */
export function* fitJoin(
  heldOut: HeldOut,
  letters: LettersFit,
  model: EmbeddingModel,
  points: readonly LabelledPoint[],
  slices: Slices,
): Steps<Join> {
  const cases: JoinedCase[] = [];
  const taken: readonly (HeldOutReading & { readonly label: number | null })[] = [
    ...spread(heldOut.inScope),
    ...spread(heldOut.outOfScope).map((reading) => ({ ...reading, label: null })),
  ];
  for (const reading of taken) {
    const point = points[reading.text];
    if (point === undefined) continue;
    const all = model.scoresOf(point.point, point);
    const meaning = Float64Array.from(reading.labels, (label) => all[label]!);
    cases.push({
      inputs: [logProbabilities(reading.scores, letters.temperature), logProbabilities(meaning, model.temperature)],
      label: reading.label,
      odds: scopeOdds(reading, letters, meaning, model),
    });
    yield;
  }
  const inScope = cases.filter(({ label }) => label !== null);
  const outOfScope = cases.filter(({ label }) => label === null);
  if (inScope.length === 0) return USUAL_JOIN;
  const exponents = yield* fitExponents(inScope, slices);
  if (outOfScope.length === 0) return { ...exponents, scope: USUAL_JOIN.scope };
  const weights = {
    in: ((1 - OUT_OF_SCOPE_SHARE) * cases.length) / inScope.length,
    out: (OUT_OF_SCOPE_SHARE * cases.length) / outOfScope.length,
  };
  const weighed = cases.map(({ odds, label }): WeighedCase => {
    return { inputs: odds, positive: label !== null, weight: label !== null ? weights.in : weights.out };
  });
  return { ...exponents, scope: yield* fitLogistic(weighed, USUAL_JOIN.scope, STRENGTHS, slices) };
}

/** The joined probabilities of the classes, and that of belonging to the set. */
export function joined(
  reading: Reading,
  letters: LettersFit,
  meaning: Float64Array,
  model: EmbeddingModel,
  join: Join,
): { readonly probabilities: Float64Array; readonly inScope: number } {
  const byLetters = logProbabilities(reading.scores, letters.temperature);
  const byMeaning = logProbabilities(meaning, model.temperature);
  return {
    probabilities: softmax(product(byLetters, byMeaning, join.letters, join.meaning), 1),
    inScope: logistic(scopeOdds(reading, letters, meaning, model), join.scope),
  };
}

function* fitExponents(cases: readonly JoinedCase[], slices: Slices): Steps<Pick<Join, 'letters' | 'meaning'>> {
  let best: Pick<Join, 'letters' | 'meaning'> = USUAL_JOIN;
  let lowest = Infinity;
  for (const letters of EXPONENTS) {
    for (const meaning of EXPONENTS) {
      let loss = USUAL_WEIGHT * ((letters - USUAL_JOIN.letters) ** 2 + (meaning - USUAL_JOIN.meaning) ** 2);
      for (const { inputs, label } of cases) {
        const probabilities = softmax(product(...inputs, letters, meaning), 1);
        loss -= Math.log(probabilities[label ?? 0]! || Number.MIN_VALUE);
        if (slices.filledBy(60 * probabilities.length)) yield;
      }
      if (loss >= lowest) continue;
      lowest = loss;
      best = { letters, meaning };
    }
  }
  return best;
}

function product(one: Float64Array, other: Float64Array, a: number, b: number): Float64Array {
  return one.map((value, label) => a * value + b * other[label]!);
}

function logProbabilities(scores: Float64Array, temperature: number): Float64Array {
  return softmax(scores, temperature).map((probability) => Math.log(Math.max(probability, 1e-9)));
}

function scopeOdds(reading: Reading, letters: LettersFit, meaning: Float64Array, model: EmbeddingModel): number[] {
  const best = Math.max(...softmax(reading.scores, letters.temperature));
  return [
    logOdds(probabilityInScope(reading, best, letters.scope)),
    logOdds(model.probabilityInScope(Math.max(...meaning))),
  ];
}

function logOdds(probability: number): number {
  const p = Math.min(Math.max(probability, 1e-4), 1 - 1e-4);
  return Math.log(p / (1 - p));
}

function spread<Each extends HeldOutReading>(readings: readonly Each[]): Each[] {
  const step = Math.max(1, readings.length / MOST_TEXTS);
  return Array.from({ length: Math.ceil(readings.length / step) }, (_, at) => readings[Math.floor(at * step)]!);
}
