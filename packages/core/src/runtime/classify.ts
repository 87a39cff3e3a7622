import { detectLocale } from '../classification/script';
import { FirstlineError } from '../errors';
import { type Classification, UNKNOWN } from '../model/classification';
import type { InboundMessage, Message } from '../model/message';
import { afterSecondReading, secondReading } from '../policies/wording/second-reading';
import type { Classifier, ClassifyInput } from '../ports/classifier';
import type { ConversationState } from '../ports/storage-work';
import type { EngineContext } from './context';
import { TIME_IS_UP, withinTime } from './time-limit';

/** More would only cost: what a message is about is rarely said further back. */
const MOST_RECENT = 20;

/**
 * What the message is about. Never rejects: where the configured classifier fails or is too slow, the local one answers,
 * marked `fallback`, so that a broken provider does not send every customer to a person.
 */
export async function classify(
  context: EngineContext,
  message: InboundMessage,
  locale: string | null,
): Promise<Classification> {
  const first = await answerTo(context, message, message.text, locale);
  const reading = secondReading(message.text, first, context.scenarios);
  if (reading === null) return first;
  const second = reading.text === null ? null : await answerTo(context, message, reading.text, locale);
  return afterSecondReading(message.text, reading, second, context.scenarios);
}

async function answerTo(
  context: EngineContext,
  message: InboundMessage,
  text: string,
  locale: string | null,
): Promise<Classification> {
  const { classifier, fallback } = context;
  const told = { text, now: context.clock.now(), tenant: context.tenant, ...(locale !== null && { locale }) };
  let input: ClassifyInput = told;
  try {
    input = { ...told, ...(await recentMessages(context, message)) };
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

/** What was said before, where the classifier wants to know. */
async function recentMessages(
  { storage, tenant, classifier: { recentMessages: wanted = 0 } }: EngineContext,
  { conversationId, seq }: InboundMessage,
): Promise<Pick<ClassifyInput, 'recent'>> {
  const limit = Math.min(wanted, MOST_RECENT);
  if (limit === 0 || seq === 1) return {};
  const messages = await storage.messagesBefore({ tenant, conversationId, seq, limit });
  const recent = messages.map((message) => ({ from: speaker(message), text: message.text }));
  return { recent };
}

function speaker(message: Message): 'client' | 'bot' | 'operator' {
  if (message.direction === 'inbound') return 'client';
  return message.type === 'operator' ? 'operator' : 'bot';
}

/** The locale told with the message or by the client; `null`: unknown. */
export function toldLocale(state: Pick<ConversationState, 'client'>, message: InboundMessage): string | null {
  return message.locale ?? state.client.locale;
}

/**
 * The locale to answer in: told, else by the script of the text, else as before, else the engine's first. What is told is mostly
 * that of a phone or a page, so a text in a script that it is not written in says more; but not one in Latin letters, which any
 * language may be typed in.
 */
export function answerLocale(
  context: Pick<EngineContext, 'locales'>,
  state: Pick<ConversationState, 'client' | 'conversation'>,
  message: InboundMessage,
): string {
  const told = toldLocale(state, message);
  const written = detectLocale(message.text, context.locales);
  if (written !== null && (told === null || contradicts(message.text, told))) return written;
  const before = /\p{L}/u.test(message.text) ? null : state.conversation.locale;
  return before ?? told ?? state.conversation.locale ?? context.locales[0] ?? 'en';
}

const LATIN = ['en'];

function contradicts(text: string, told: string): boolean {
  return detectLocale(text, [told]) === null && detectLocale(text, LATIN) === null;
}

async function limited(context: EngineContext, classifier: Classifier, input: ClassifyInput): Promise<Classification> {
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
