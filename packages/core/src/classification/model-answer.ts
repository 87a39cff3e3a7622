import { UNKNOWN } from '../model/classification';
import type { JsonValue } from '../model/json';
import { withoutQuotes } from './without-quotes';

/** What a model said about a message, after checking; nothing in it is outside the set. */
export interface ReadAnswer {
  readonly scenario: string;
  /** What the model says of itself, in [0, 1]; `null` where it named something outside the set. */
  readonly stated: number | null;
  readonly reasoning: string;
}

const LONGEST_REASONING = 240;

/**
 * Checks an answer; `null` when it is not of the schema's shape. A scenario outside the set becomes `UNKNOWN`. The
 * reasoning is cut, and long quotes of the customer's words are taken out of it; `redact` is what the texts for the model
 * went through.
 */
export function readAnswer(
  value: JsonValue,
  ids: ReadonlySet<string>,
  texts: readonly string[],
  redact: (text: string) => string,
): ReadAnswer | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const { scenario, confidence, reasoning } = value as { readonly [key: string]: JsonValue | undefined };
  if (typeof scenario !== 'string' || typeof confidence !== 'number') return null;
  if (!(confidence >= 0 && confidence <= 1)) return null;
  const id = named(scenario, ids);
  if (id === null) return { scenario: UNKNOWN, stated: null, reasoning: 'The model named a scenario outside the set.' };
  const said = typeof reasoning === 'string' ? redact(reasoning) : '';
  const own = texts.reduce((rest, text) => withoutQuotes(rest, text), withoutQuotes(said, ''));
  return { scenario: id, stated: confidence, reasoning: cut(own) };
}

/** The id as the set spells it; models without strict schemas change capitals and blanks. */
function named(scenario: string, ids: ReadonlySet<string>): string | null {
  if (scenario === UNKNOWN || ids.has(scenario)) return scenario;
  const plain = scenario.trim().toUpperCase();
  return plain === UNKNOWN || ids.has(plain) ? plain : null;
}

function cut(text: string): string {
  if (text === '') return 'The model gave no reason.';
  return text.length <= LONGEST_REASONING ? text : `${text.slice(0, LONGEST_REASONING - 1).toWellFormed()}…`;
}
