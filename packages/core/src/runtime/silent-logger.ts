import type { Logger } from '../ports/logger';

/** Says nothing: a library does not write to its host's console unasked. */
export function silentLogger(): Logger {
  const ignore = (): void => undefined;
  return { debug: ignore, info: ignore, warn: ignore, error: ignore };
}
