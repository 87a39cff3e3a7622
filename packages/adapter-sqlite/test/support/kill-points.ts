/** Where a process that delivers is killed. */
export const POINTS = [
  'before the attempt row',
  'after it',
  'after the send',
  'before the mark',
  'after the mark',
] as const;

export type Point = (typeof POINTS)[number];

export interface Task {
  /** Where the databases are, one for each seed. */
  readonly folder: string;
  readonly seeds: readonly number[];
  /** The receiver's address. */
  readonly url: string;
  /** How many processes there were before; each lives ten minutes later than the last. */
  readonly round: number;
  /** Run into the point of each seed and be killed there; false: work everything off and end. */
  readonly kill: boolean;
}

/** Where, and the how manieth time there, the process of a round dies for this seed. */
export function deathOf(seed: number, round: number): { readonly point: Point; readonly time: number } {
  const point = POINTS[(seed + round) % POINTS.length] ?? POINTS[0];
  return { point, time: 1 + (numberOf(`${seed} ${round}`) % 3) };
}

export const CLIENTS = 3;
export const MESSAGES_EACH = 3;

/** A number that depends on the text alone. */
export function numberOf(text: string): number {
  let hash = 2_166_136_261;
  for (const char of text) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 16_777_619) >>> 0;
  return hash >>> 3;
}
