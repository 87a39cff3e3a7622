import { type Alternative, type Classification, type ClassificationSource, UNKNOWN } from '../model/classification';
import type { Classifier, ClassifyInput } from '../ports/classifier';

/** What to answer: a scenario, a scenario with more, or an error to fail with. */
export type ScriptedAnswer =
  | string
  | Error
  | {
      readonly scenario: string;
      /** Default 0.95. */
      readonly confidence?: number;
      readonly source?: ClassificationSource;
      readonly alternatives?: readonly Alternative[];
    };

/** The whole text, or a pattern it must match, and what to answer. */
export type ScriptedRule = readonly [text: string | RegExp, answer: ScriptedAnswer];

export interface ScriptedClassifierOptions {
  /** A text no rule knows is an error instead of `UNKNOWN`; see also `unexpected`. Default false. */
  readonly strict?: boolean;
}

const DEFAULT_CONFIDENCE = 0.95;

/** A classifier that knows its answers by heart. The rule that was added first wins. */
export class ScriptedClassifier implements Classifier {
  /** What it was asked, in order. */
  readonly calls: ClassifyInput[] = [];
  /**
   * Texts no rule knew. The engine survives a classifier that fails, so a test that wants to be strict should check that
   * this is empty.
   */
  readonly unexpected: string[] = [];
  readonly #rules: ScriptedRule[];
  readonly #strict: boolean;
  #failure: Error | null = null;

  constructor(rules: readonly ScriptedRule[] = [], options: ScriptedClassifierOptions = {}) {
    this.#rules = [...rules];
    this.#strict = options.strict ?? false;
  }

  /** Adds a rule. */
  on(text: string | RegExp, answer: ScriptedAnswer): this {
    this.#rules.push([text, answer]);
    return this;
  }

  /** From now on fails always, as a provider that is down; `null` ends it. */
  failAll(error: Error | null): this {
    this.#failure = error;
    return this;
  }

  async classify(input: ClassifyInput): Promise<Classification> {
    this.calls.push(input);
    if (this.#failure !== null) throw this.#failure;
    const rule = this.#rules.find(([text]) => matches(text, input.text));
    if (rule === undefined) {
      this.unexpected.push(input.text);
      if (this.#strict) throw new Error(`ScriptedClassifier: no rule for ${JSON.stringify(input.text)}`);
      return scriptedClassification({ scenario: UNKNOWN, confidence: 0 });
    }
    const [, answer] = rule;
    if (answer instanceof Error) throw answer;
    return scriptedClassification(answer);
  }
}

function matches(wanted: string | RegExp, text: string): boolean {
  // `search` ignores and keeps a pattern's `lastIndex`, which `test` does not.
  return typeof wanted === 'string' ? wanted === text : text.search(wanted) >= 0;
}

/** The answer with what it leaves out filled in. */
export function scriptedClassification(answer: Exclude<ScriptedAnswer, Error>): Classification {
  const given: Partial<Classification> = typeof answer === 'string' ? { scenario: answer } : answer;
  return {
    scenario: UNKNOWN,
    confidence: DEFAULT_CONFIDENCE,
    reasoning: 'scripted',
    source: 'local',
    alternatives: [],
    ...given,
  };
}
