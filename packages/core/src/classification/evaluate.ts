import { UNKNOWN } from '../model/classification';
import type { Classifier } from '../ports/classifier';
import { auroc } from './auroc';
import type { JudgedMessage } from './judged-message';
import { reliability, type Reliability } from './reliability';
import { confusionsOf, macroF1, overlapsOf, type Confusion, type ScenarioOverlap } from './confusion';
import { precisionCoverage, suggestThreshold, type OperatingPoint } from './precision-coverage';

export interface LabelledMessage {
  readonly text: string;
  /** The right scenario, or `UNKNOWN` where none of the set is. */
  readonly scenario: string;
  readonly locale?: string;
}

export interface EvaluateOptions {
  /** What the suggested threshold must reach. From 0 to 1; default 0.95. */
  readonly precision?: number;
  /**
   * Share of messages out of scope in real traffic: the messages given are weighed so, whatever their own share is.
   * Confidences depend on it more than on anything else. From 0 to 1; default: as they are given.
   */
  readonly outOfScopeShare?: number;
  /** Bins of the reliability table; default 10. */
  readonly bins?: number;
}

export interface Evaluation {
  readonly messages: number;
  readonly inScope: number;
  readonly outOfScope: number;
  /** Share of the messages in scope whose best guess within the set is right, accepted or not; null without any. */
  readonly accuracy: number | null;
  /** Mean over the scenarios of the F1 of the best guess, on messages in scope; null without any. */
  readonly macroF1: number | null;
  /** The probability that a message in scope has a higher confidence than one out of scope; null where one is missing. */
  readonly outOfScopeAuroc: number | null;
  /** Share of the messages out of scope that were answered `UNKNOWN`; null without any. */
  readonly outOfScopeRecall: number | null;
  readonly reliability: Reliability;
  /** From the strictest threshold to the loosest, one point for each confidence that occurs. */
  readonly curve: readonly OperatingPoint[];
  /** Where to accept the most messages at the wanted precision; null when no threshold reaches it. */
  readonly suggested: OperatingPoint | null;
  /** Which scenarios were taken for which, the most frequent first. */
  readonly confusions: readonly Confusion[];
  /** Scenarios that are taken for each other: candidates for merging, or for examples that tell them apart. */
  readonly overlaps: readonly ScenarioOverlap[];
}

const DEFAULT_PRECISION = 0.95;
const DEFAULT_BINS = 10;

/**
 * Measures a classifier on messages it was not trained from. The best guess counts also where the answer was `UNKNOWN`:
 * whether to accept it is what thresholds are for. Messages are asked one after the other.
 */
export async function evaluate(
  classifier: Classifier,
  labelled: readonly LabelledMessage[],
  options: EvaluateOptions = {},
): Promise<Evaluation> {
  const { precision = DEFAULT_PRECISION, bins = DEFAULT_BINS } = options;
  await classifier.ready?.();
  const outside = labelled.filter(({ scenario }) => scenario === UNKNOWN).length;
  const weights = weightsFor(labelled.length - outside, outside, options.outOfScopeShare);
  const judged: JudgedMessage[] = [];
  let refused = 0;
  for (const { text, scenario: expected, locale } of labelled) {
    const answer = await classifier.classify(locale === undefined ? { text } : { text, locale });
    const best = answer.scenario === UNKNOWN ? answer.alternatives[0] : answer;
    if (expected === UNKNOWN && answer.scenario === UNKNOWN) refused += 1;
    const guess = best?.scenario ?? null;
    judged.push({
      expected,
      guess,
      confidence: Number.isFinite(best?.confidence) ? (best?.confidence ?? 0) : 0,
      right: guess === expected,
      weight: expected === UNKNOWN ? weights.outOfScope : weights.inScope,
    });
  }

  const inScope = judged.filter(({ expected }) => expected !== UNKNOWN);
  const outOfScope = judged.filter(({ expected }) => expected === UNKNOWN);
  const curve = precisionCoverage(judged);
  return {
    messages: judged.length,
    inScope: inScope.length,
    outOfScope: outOfScope.length,
    accuracy: inScope.length === 0 ? null : inScope.filter(({ right }) => right).length / inScope.length,
    macroF1: macroF1(inScope),
    outOfScopeAuroc: auroc(confidencesOf(inScope), confidencesOf(outOfScope)),
    outOfScopeRecall: outOfScope.length === 0 ? null : refused / outOfScope.length,
    reliability: reliability(judged, bins),
    curve,
    suggested: suggestThreshold(curve, precision),
    confusions: confusionsOf(judged),
    overlaps: overlapsOf(inScope),
  };
}

function confidencesOf(judged: readonly JudgedMessage[]): number[] {
  return judged.map(({ confidence }) => confidence);
}

function weightsFor(inScope: number, outOfScope: number, share: number | undefined) {
  if (share === undefined || inScope === 0 || outOfScope === 0) return { inScope: 1, outOfScope: 1 };
  const all = inScope + outOfScope;
  return { inScope: ((1 - share) * all) / inScope, outOfScope: (share * all) / outOfScope };
}
