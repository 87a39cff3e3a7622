import {
  FirstlineError,
  type JsonValue,
  type LanguageModel,
  type LanguageModelAnswer,
  type LanguageModelRequest,
} from '../../src/index';

export const USAGE = { inputTokens: 100, outputTokens: 20, cachedInputTokens: 0 };

export type ModelScript = (
  message: string,
  request: LanguageModelRequest,
) => LanguageModelAnswer | FirstlineError | Promise<LanguageModelAnswer | FirstlineError>;

/** A model that answers by a function of the customer's message, and remembers what it was asked. */
export class ScriptedModel implements LanguageModel {
  readonly name = 'scripted';
  readonly price = { input: 1, cachedInput: 0.5, output: 4 };
  readonly requests: LanguageModelRequest[] = [];
  script: ModelScript;

  constructor(script: ModelScript) {
    this.script = script;
  }

  async complete(request: LanguageModelRequest): Promise<LanguageModelAnswer> {
    this.requests.push(request);
    const answer = await this.script(messageIn(request), request);
    if (answer instanceof FirstlineError) throw answer;
    return answer;
  }
}

export function answer(value: JsonValue, probability: number | null = null): LanguageModelAnswer {
  return { kind: 'answer', value, probability, usage: USAGE };
}

export function says(scenario: string, confidence = 0.85, probability: number | null = null): LanguageModelAnswer {
  return answer({ scenario, confidence, reasoning: 'It is about that.' }, probability);
}

export function down(details: { retryable?: boolean; retryAfterMs?: number } = { retryable: true }): FirstlineError {
  return new FirstlineError('model_failed', 'the provider is down', details);
}

/** The lines of data between the fences, parsed; fails unless there is exactly one pair of fences around them. */
export function fenced(request: LanguageModelRequest): { message?: string; earlier?: string; locale?: string }[] {
  const lines = request.input.split(/[\n\r\u0085\u2028\u2029]/);
  const begins = lines.flatMap((line, index) => (line.startsWith('BEGIN ') ? [index] : []));
  const ends = lines.flatMap((line, index) => (line.startsWith('END ') ? [index] : []));
  if (begins.length !== 1 || ends.length !== 1) throw new Error('not one pair of fences');
  if (lines[begins[0]!]!.slice(6) !== lines[ends[0]!]!.slice(4)) throw new Error('fences of different codes');
  return lines.slice(begins[0]! + 1, ends[0]).map((line) => JSON.parse(line) as { message: string });
}

function messageIn(request: LanguageModelRequest): string {
  return fenced(request).at(-1)?.message ?? '';
}
