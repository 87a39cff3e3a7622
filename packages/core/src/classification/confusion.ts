import type { JudgedMessage } from './judged-message';

export interface Confusion {
  readonly expected: string;
  readonly guess: string;
  readonly messages: number;
}

export interface ScenarioOverlap {
  readonly scenarios: readonly [string, string];
  /** Share of the messages of both that were taken for the other. */
  readonly share: number;
  readonly messages: number;
}

/** From this share on two scenarios are hard to tell apart, given at least two messages of evidence. */
const OVERLAP_SHARE = 0.1;
const FEWEST_CONFUSED = 2;

export function confusionsOf(judged: readonly JudgedMessage[]): Confusion[] {
  const counts = new Map<string, { expected: string; guess: string; messages: number }>();
  for (const { expected, guess, right } of judged) {
    if (right || guess === null) continue;
    const key = JSON.stringify([expected, guess]);
    const confusion = counts.get(key) ?? { expected, guess, messages: 0 };
    confusion.messages += 1;
    counts.set(key, confusion);
  }
  return [...counts.values()].sort((a, b) => b.messages - a.messages);
}

/** Pairs of scenarios that are taken for each other, in either direction, the worst first. */
export function overlapsOf(inScope: readonly JudgedMessage[]): ScenarioOverlap[] {
  const sizes = new Map<string, number>();
  for (const { expected } of inScope) sizes.set(expected, (sizes.get(expected) ?? 0) + 1);
  const pairs = new Map<string, { scenarios: readonly [string, string]; messages: number }>();
  for (const { expected, guess, messages } of confusionsOf(inScope)) {
    const scenarios = expected < guess ? ([expected, guess] as const) : ([guess, expected] as const);
    const key = JSON.stringify(scenarios);
    pairs.set(key, { scenarios, messages: (pairs.get(key)?.messages ?? 0) + messages });
  }
  return [...pairs.values()]
    .map(({ scenarios: [one, other], messages }) => {
      const size = (sizes.get(one) ?? 0) + (sizes.get(other) ?? 0);
      return { scenarios: [one, other] as const, share: messages / size, messages };
    })
    .filter(({ share, messages }) => share >= OVERLAP_SHARE && messages >= FEWEST_CONFUSED)
    .sort((a, b) => b.share - a.share);
}

/** Mean over the scenarios that occur of 2·tp / (2·tp + fp + fn) (Manning et al., Introduction to Information Retrieval, 13.6). */
export function macroF1(inScope: readonly JudgedMessage[]): number | null {
  const counts = new Map<string, { right: number; wrong: number }>();
  const countOf = (scenario: string) => {
    const count = counts.get(scenario) ?? { right: 0, wrong: 0 };
    counts.set(scenario, count);
    return count;
  };
  for (const { expected, guess, right } of inScope) {
    if (right) countOf(expected).right += 1;
    else {
      countOf(expected).wrong += 1;
      if (guess !== null) countOf(guess).wrong += 1;
    }
  }
  if (counts.size === 0) return null;
  let sum = 0;
  for (const { right, wrong } of counts.values()) sum += (2 * right) / (2 * right + wrong);
  return sum / counts.size;
}
