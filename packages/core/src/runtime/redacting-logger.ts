import type { RedactionPolicy } from '../model/redaction';
import { redactor } from '../policies/redaction/redact';
import type { Logger } from '../ports/logger';

type Level = keyof Logger;
type Redact = (text: string) => string;

// A field inside a field inside … of a log line; deeper than this is an object that was not meant to be logged.
const MOST_DEPTH = 6;
/** Values of one line. Without it, an object that refers to itself many times would grow with every level. */
const MOST_VALUES = 1_000;
/** Fields whose text is a secret by their name, whatever it looks like. */
const SECRET_FIELD = /passw|secret|token|authori[sz]ation|cookie|api[-_]?key|парол/i;

/**
 * A logger that says nothing it should not: the message and every text in the fields, names of fields included, go through
 * `redact`; of an error only `name` and `code` are left, since messages and stacks quote what they failed on. Numbers stay.
 * Never throws, also where a field cannot be read or the logger below fails. With `logs: false` nothing is redacted.
 *
 * Where the logger knows `isLevelEnabled`, as pino's does, nothing is redacted for a level that is silent.
 */
export function redactingLogger(logger: Logger, policy: RedactionPolicy): Logger {
  const shown = policy.logs ? redacting(policy) : null;
  const at =
    (level: Level): Logger[Level] =>
    (fields, message) => {
      try {
        if (isSilent(logger, level)) return;
        if (shown === null) logger[level](fields, message);
        else logger[level](...shown(fields, message));
      } catch {
        // A line that cannot be written must not end the work it tells about.
      }
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

type Line = readonly [fields: Record<string, unknown>, message: string];

function redacting(policy: RedactionPolicy): (...line: Line) => Line {
  const redact = redactor(policy);
  const hidesTokens = policy.kinds.includes('token');
  return (fields, message) => [readable(fields, redact, hidesTokens), redact(message)];
}

function isSilent(logger: Logger & { isLevelEnabled?: (level: string) => boolean }, level: Level): boolean {
  return typeof logger.isLevelEnabled === 'function' && !logger.isLevelEnabled(level);
}

/** The line is worth more than its fields: where they cannot be read, it is written without them. */
function readable(fields: object, redact: Redact, hidesTokens: boolean): Record<string, unknown> {
  try {
    const copy = new Copy(redact, hidesTokens).of(fields, 0);
    return typeof copy === 'object' && copy !== null && !Array.isArray(copy) ? (copy as Record<string, unknown>) : {};
  } catch {
    return { fields: '[unreadable]' };
  }
}

class Copy {
  readonly #redact: Redact;
  readonly #hidesTokens: boolean;
  #left = MOST_VALUES;

  constructor(redact: Redact, hidesTokens: boolean) {
    this.#redact = redact;
    this.#hidesTokens = hidesTokens;
  }

  of(value: unknown, depth: number): unknown {
    this.#left -= 1;
    if (typeof value === 'string') return this.#redact(value);
    if (typeof value === 'function' || typeof value === 'symbol') return undefined;
    if (typeof value !== 'object' || value === null) return value;
    if (depth > MOST_DEPTH || this.#left <= 0) return '[more]';
    if (value instanceof Error) return this.#error(value);
    // As JSON would: URLs and dates are texts there.
    if (hasJson(value)) return this.of(value.toJSON(), depth + 1);
    if (Array.isArray(value)) return value.slice(0, this.#left).map((item) => this.of(item, depth + 1));
    const fields = Object.entries(value).slice(0, this.#left);
    return Object.fromEntries(fields.map(([key, field]) => [this.#redact(key), this.#field(key, field, depth)]));
  }

  #field(key: string, field: unknown, depth: number): unknown {
    const secret = this.#hidesTokens && typeof field === 'string' && field !== '' && SECRET_FIELD.test(key);
    return secret ? '[token]' : this.of(field, depth + 1);
  }

  #error(error: Error): Record<string, unknown> {
    const code = 'code' in error ? error.code : undefined;
    return {
      name: this.#redact(String(error.name)),
      ...(typeof code === 'string' && { code: this.#redact(code) }),
      ...(typeof code === 'number' && { code }),
    };
  }
}

function hasJson(value: object): value is { toJSON(): unknown } {
  return 'toJSON' in value && typeof value.toJSON === 'function';
}
