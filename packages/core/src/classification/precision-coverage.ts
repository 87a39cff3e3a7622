import type { JudgedMessage } from './judged-message';

/** What comes of accepting every guess whose confidence is at least `threshold`. */
export interface OperatingPoint {
  readonly threshold: number;
  /** Share of all messages that are accepted. */
  readonly coverage: number;
  /** Share of the accepted ones that are right; a message out of scope never is. */
  readonly precision: number;
}

/** One point for every confidence that occurs, the strictest first (El-Yaniv & Wiener 2010, JMLR 11: risk–coverage). */
export function precisionCoverage(judged: readonly JudgedMessage[]): OperatingPoint[] {
  const sorted = [...judged].sort((a, b) => b.confidence - a.confidence);
  const total = sorted.reduce((sum, { weight }) => sum + weight, 0);
  const points: OperatingPoint[] = [];
  let accepted = 0;
  let right = 0;
  for (const [index, message] of sorted.entries()) {
    accepted += message.weight;
    if (message.right) right += message.weight;
    if (sorted[index + 1]?.confidence === message.confidence || accepted === 0) continue;
    points.push({ threshold: message.confidence, coverage: accepted / total, precision: right / accepted });
  }
  return points;
}

/** The point of the largest coverage among those that are precise enough; null when none is. */
export function suggestThreshold(curve: readonly OperatingPoint[], precision: number): OperatingPoint | null {
  return curve.findLast((point) => point.precision >= precision) ?? null;
}
