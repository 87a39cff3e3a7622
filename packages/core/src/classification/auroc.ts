/**
 * The probability that a positive scores higher than a negative, ties half (Mann–Whitney U; Fawcett 2006, An
 * Introduction to ROC Analysis, section 7). Null when either is missing.
 */
export function auroc(positives: readonly number[], negatives: readonly number[]): number | null {
  if (positives.length === 0 || negatives.length === 0) return null;
  const sorted = [
    ...positives.map((score) => ({ score, positive: true })),
    ...negatives.map((score) => ({ score, positive: false })),
  ].sort((a, b) => a.score - b.score);
  let ranks = 0;
  for (let start = 0; start < sorted.length;) {
    let end = start + 1;
    while (end < sorted.length && sorted[end]!.score === sorted[start]!.score) end += 1;
    const tied = sorted.slice(start, end).filter(({ positive }) => positive).length;
    ranks += (tied * (start + end + 1)) / 2;
    start = end;
  }
  return (ranks - (positives.length * (positives.length + 1)) / 2) / (positives.length * negatives.length);
}
