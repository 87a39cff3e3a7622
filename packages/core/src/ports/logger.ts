/**
 * Shaped like pino's, so that a pino instance fits as it is. The engine logs ids and codes, never texts of messages,
 * addresses or secrets. Default: silent.
 */
export interface Logger {
  debug(fields: Readonly<Record<string, unknown>>, message: string): void;
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
  error(fields: Readonly<Record<string, unknown>>, message: string): void;
}
