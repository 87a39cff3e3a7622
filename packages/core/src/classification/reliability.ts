import type { JudgedMessage } from './judged-message';

export interface ReliabilityBin {
  /** Confidences from here … */
  readonly from: number;
  /** … to here; the last bin includes its end. */
  readonly to: number;
  readonly messages: number;
  /** Mean confidence, weighed; null for an empty bin. */
  readonly confidence: number | null;
  /** Share that was right, weighed; null for an empty bin. */
  readonly accuracy: number | null;
}

export interface Reliability {
  /** Expected calibration error: how far confidence and accuracy are apart, on average. 0 is perfect. */
  readonly ece: number;
  readonly bins: readonly ReliabilityBin[];
}

/**
 * Whether a confidence of 0.8 means four of five: messages in bins of equal width (Naeini et al. 2015, Obtaining Well
 * Calibrated Probabilities Using Bayesian Binning, https://ojs.aaai.org/index.php/AAAI/article/view/9602).
 */
export function reliability(judged: readonly JudgedMessage[], count: number): Reliability {
  const sums = Array.from({ length: count }, () => ({ messages: 0, weight: 0, confidence: 0, right: 0 }));
  let total = 0;
  for (const { confidence, right, weight } of judged) {
    const sum = sums[Math.min(count - 1, Math.max(0, Math.floor(confidence * count)))]!;
    sum.messages += 1;
    sum.weight += weight;
    sum.confidence += weight * confidence;
    sum.right += right ? weight : 0;
    total += weight;
  }
  const gaps = sums.reduce((sum, bin) => sum + Math.abs(bin.confidence - bin.right), 0);
  return {
    ece: total === 0 ? 0 : gaps / total,
    bins: sums.map(({ messages, weight, confidence, right }, index) => ({
      from: index / count,
      to: (index + 1) / count,
      messages,
      confidence: messages === 0 ? null : confidence / weight,
      accuracy: messages === 0 ? null : right / weight,
    })),
  };
}
