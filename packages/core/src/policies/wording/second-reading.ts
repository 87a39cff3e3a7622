import { type Classification, UNKNOWN } from '../../model/classification';
import type { Scenario } from '../../model/scenario';
import { declinesHuman, withoutRefusal } from './asks-for-human';
import { besideThanks, saysMoreThanThanks } from './thanks';

/** How a message is to be read once more, and what is then left out of it. */
export interface SecondReading {
  /** `null`: without it nothing is left. */
  readonly text: string | null;
  readonly without: string;
}

type Scenarios = ReadonlyMap<string, Scenario>;

/**
 * Classifiers go by words and are easily misled by two of them: "thanks" in "thanks, and when will it work?", and "operator"
 * in "I need no operator, what is my balance". Where the classification rests on such a word and the wording speaks against
 * it, the rest of the message says what it is about. `null`: the first reading stands.
 */
export function secondReading(text: string, first: Classification, scenarios: Scenarios): SecondReading | null {
  if (wantsPerson(first, scenarios) && declinesHuman(text)) {
    const rest = withoutRefusal(text).replace(/^[\s,.!;:–—-]+/u, '');
    return { text: /\p{L}{2}/u.test(rest) ? rest : null, without: 'the refusal of a person' };
  }
  const [runnerUp] = first.alternatives;
  const near = scenarios.has(first.scenario) && scenarios.get(runnerUp?.scenario ?? '')?.closes === true;
  const rest = (closes(first, scenarios) || near) && saysMoreThanThanks(text) ? besideThanks(text) : null;
  return rest === null ? null : { text: rest, without: 'the thanks' };
}

/** What the message is about, given the answer to the second reading. Being misled by the same word again is no answer. */
export function afterSecondReading(
  text: string,
  { without }: SecondReading,
  second: Classification | null,
  scenarios: Scenarios,
): Classification {
  const misled =
    second === null ||
    (closes(second, scenarios) && saysMoreThanThanks(text)) ||
    (wantsPerson(second, scenarios) && declinesHuman(text));
  if (!misled) return { ...second, reasoning: `${second.reasoning}; read without ${without}` };
  const reasoning = `nothing is known about what is left without ${without}`;
  return { scenario: UNKNOWN, confidence: 0, reasoning, source: second?.source ?? 'local', alternatives: [] };
}

function closes({ scenario }: Classification, scenarios: Scenarios): boolean {
  return scenarios.get(scenario)?.closes === true;
}

function wantsPerson({ scenario }: Classification, scenarios: Scenarios): boolean {
  return scenarios.get(scenario)?.asksForHuman === true;
}
