import { FirstlineError } from '../errors';
import type { InboundMessage } from '../model/message';
import type { Classifier } from '../ports/classifier';
import { checkParams, operatorSchema } from './check-params';
import type { EngineContext } from './context';
import { announce } from './wakeups';

export interface CorrectParams {
  /** Who says so. Default `'operator'`. */
  readonly operatorId?: string;
}

/** More would make every training long; the latest say best what customers write now. */
const MOST_CORRECTIONS = 2_000;

/** A person says what a message is about: stored, and an example from the next training on. */
export async function correct(
  context: EngineContext,
  messageId: string,
  scenario: string,
  params: CorrectParams = {},
): Promise<void> {
  const { operatorId = 'operator' } = checkParams(operatorSchema, params, 'params');
  const { storage, tenant, clock, scenarios, wakeups } = context;
  if (!scenarios.has(scenario)) {
    throw new FirstlineError('invalid_input', `scenario: "${scenario}" is not among the scenarios`, {
      path: 'scenario',
    });
  }
  const message = await storage.correct({ tenant, now: clock.now(), messageId, scenario, operatorId });
  if (message === null) {
    throw new FirstlineError('not_found', `there is no message of a client ${messageId}`, { path: 'messageId' });
  }
  announce(wakeups, {});
  for (const classifier of classifiersOf(context)) {
    teach(context, classifier, [message]);
    // Nobody waits for the training: until it is done, answers come from the one before.
    classifier.ready?.().catch(() => context.logger.warn({ messageId }, 'could not learn from a correction'));
  }
}

/** Everything people have corrected so far, before the first training. */
export async function learnCorrections(context: EngineContext): Promise<void> {
  const learning = classifiersOf(context);
  if (learning.length === 0) return;
  const { storage, tenant } = context;
  const messages = await storage.corrections({ tenant, limit: MOST_CORRECTIONS });
  for (const classifier of learning) teach(context, classifier, messages);
}

function classifiersOf({ classifier, fallback }: EngineContext): readonly Classifier[] {
  return [classifier, fallback].filter((one) => one?.learn !== undefined).flatMap((one) => one ?? []);
}

/** A correction to a scenario that no longer exists teaches nothing. */
function teach({ scenarios }: EngineContext, classifier: Classifier, messages: readonly InboundMessage[]): void {
  const examples = messages.flatMap(({ text, correctedTo }) =>
    correctedTo === null || text === '' || !scenarios.has(correctedTo) ? [] : [{ text, scenario: correctedTo }],
  );
  if (examples.length > 0) classifier.learn?.(examples);
}
