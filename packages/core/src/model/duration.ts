/** Milliseconds, or a number with a unit: `'500ms'`, `'3s'`, `'15m'`, `'2h'`, `'1d'`, `'1w'`. */
export type Duration = number | DurationText;
export type DurationText = `${number}${'ms' | 's' | 'm' | 'h' | 'd' | 'w'}`;

const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;
const PATTERN = /^(\d+(?:\.\d+)?)(ms|s|m|h|d|w)$/;

/** Milliseconds of a {@link Duration}, or `null` when it is not one (negative, not finite, unknown unit). */
export function parseDuration(value: unknown): number | null {
  if (typeof value === 'number') return Number.isFinite(value) && value >= 0 ? value : null;
  if (typeof value !== 'string') return null;
  const match = PATTERN.exec(value.trim());
  if (match === null) return null;
  const amount = Number(match[1]);
  return Math.round(amount * UNIT_MS[match[2] as keyof typeof UNIT_MS]);
}
