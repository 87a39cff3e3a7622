import { type FirstlineErrorCode, isFirstlineError } from '../../errors';

/** Fails with both values when they are not the same, member by member; a member that is `undefined` is not there. */
export function equal(actual: unknown, expected: unknown, what = 'value'): void {
  if (!same(actual, expected)) throw new Error(`${what}: expected ${show(expected)}, got ${show(actual)}`);
}

/** Like `equal`, but looks only at the members that `expected` has, at every depth. */
export function matches(actual: unknown, expected: unknown, what = 'value'): void {
  if (!includes(actual, expected)) throw new Error(`${what}: expected at least ${show(expected)}, got ${show(actual)}`);
}

export function isTrue(condition: boolean, what: string): void {
  if (!condition) throw new Error(`expected: ${what}`);
}

/** The value, which must be there. */
export function given<T>(value: T | null | undefined, what = 'value'): T {
  if (value == null) throw new Error(`${what}: expected, but there is none`);
  return value;
}

/** Fails unless the promise rejects; with a `FirstlineError` of this code, if one is named. */
export async function rejects(promise: Promise<unknown>, code?: FirstlineErrorCode): Promise<void> {
  let error: unknown;
  try {
    await promise;
  } catch (thrown) {
    error = thrown ?? new Error('rejected without a reason');
  }
  if (error === undefined) throw new Error(`expected a rejection${code === undefined ? '' : ` with ${code}`}`);
  if (code === undefined || (isFirstlineError(error) && error.code === code)) return;
  throw new Error(`expected a rejection with ${code}, got ${error instanceof Error ? error.message : typeof error}`, {
    cause: error,
  });
}

function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (!isObject(a) || !isObject(b) || Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].every((key) => same(a[key], b[key]));
}

function includes(actual: unknown, expected: unknown): boolean {
  if (!isObject(expected) || !isObject(actual)) return same(actual, expected);
  if (Array.isArray(expected) && (!Array.isArray(actual) || actual.length !== expected.length)) return false;
  return Object.keys(expected).every((key) => includes(actual[key], expected[key]));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 1_000 ? `${text.slice(0, 1_000)}…` : text;
}
