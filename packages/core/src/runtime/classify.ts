import { detectLocale } from '../classification/script';
import { FirstlineError } from '../errors';
import { type Classification, UNKNOWN } from '../model/classification';
import type { InboundMessage } from '../model/message';
import type { Classifier } from '../ports/classifier';
import type { ConversationState } from '../ports/storage';
import type { EngineContext } from './context';
import { TIME_IS_UP, withinTime } from './time-limit';

/**
 * What the message is about. Never rejects: where the configured classifier fails or is too slow, the local one answers,
 * marked `fallback`, so that a broken provider does not send every customer to a person.
 */
export async function classify(
  context: EngineContext,
  message: InboundMessage,
  locale: string | null,
): Promise<Classification> {
  const input = locale === null ? { text: message.text } : { text: message.text, locale };
  const { classifier, fallback } = context;
  try {
    const answer = fallback === null ? await classifier.classify(input) : await limited(context, classifier, input);
    return withinSet(context, answer);
  } catch (error) {
    context.logger.warn({ messageId: message.id, error: reason(error) }, 'classifier failed; the local one answers');
  }
  try {
    if (fallback !== null) return withinSet(context, { ...(await fallback.classify(input)), source: 'fallback' });
  } catch (error) {
    context.logger.error({ messageId: message.id, error: reason(error) }, 'the local classifier failed too');
  }
  return {
    scenario: UNKNOWN,
    confidence: 0,
    reasoning: 'no classifier answered',
    source: 'fallback',
    alternatives: [],
  };
}

/** The locale told with the message or by the client; `null`: unknown. */
export function toldLocale(state: ConversationState, message: InboundMessage): string | null {
  return message.locale ?? state.client.locale;
}

/** The locale to answer in: told, else by the script of the text, else as before, else the engine's first. */
export function answerLocale(context: EngineContext, state: ConversationState, message: InboundMessage): string {
  return (
    toldLocale(state, message) ??
    detectLocale(message.text, context.locales) ??
    state.conversation.locale ??
    context.locales[0] ??
    'en'
  );
}

async function limited(
  context: EngineContext,
  classifier: Classifier,
  input: { readonly text: string; readonly locale?: string },
): Promise<Classification> {
  const { timeoutMs } = context.policy.classification;
  const stop = new AbortController();
  const answer = await withinTime(context.clock, timeoutMs, classifier.classify({ ...input, signal: stop.signal }));
  if (answer !== TIME_IS_UP) return answer;
  stop.abort(TIME_IS_UP);
  throw new FirstlineError('classifier_failed', `the classifier did not answer within ${timeoutMs} ms`);
}

/** An id outside the set is no answer, whoever gives it; so is a confidence that is no probability. */
function withinSet(context: EngineContext, answer: Classification): Classification {
  const confidence = Number.isFinite(answer.confidence) ? Math.min(Math.max(answer.confidence, 0), 1) : 0;
  if (answer.scenario === UNKNOWN || context.scenarios.has(answer.scenario)) return { ...answer, confidence };
  return { ...answer, scenario: UNKNOWN, confidence: 0, reasoning: 'the classifier named a scenario outside the set' };
}

function reason(error: unknown): string {
  return error instanceof Error ? `${error.name}${'code' in error ? ` ${String(error.code)}` : ''}` : typeof error;
}
