import { type Duration, FirstlineError, parseDuration } from '@firstline/core';

/** Never shows a value: a token pasted into the wrong option would end up in a log. */
export function invalid(path: string, problem: string): FirstlineError {
  return new FirstlineError('invalid_options', `telegramTransport: ${path} ${problem}`, { path });
}

export function integer(path: string, value: unknown, from: number, to: number, unit = ''): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= from && value <= to) return value;
  throw invalid(path, `must be an integer from ${from} to ${to}${unit}`);
}

export function oneOf<T extends string>(path: string, value: unknown, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === value);
  if (found !== undefined) return found;
  throw invalid(path, `must be one of ${choices.map((choice) => `'${choice}'`).join(', ')}`);
}

/** In milliseconds. */
export function duration(path: string, value: Duration, maxMs: number): number {
  const ms = parseDuration(value);
  if (ms !== null && ms <= maxMs) return ms;
  throw invalid(path, `must be a duration of at most ${maxMs / 1_000} s, such as '30s' or a number of milliseconds`);
}

export function aFunction<T>(path: string, value: T, signature: string): T {
  if (typeof value === 'function') return value;
  throw invalid(path, `must be a function with the signature of ${signature}`);
}
