import type { Considered } from './considered';
import { afterStep } from './ownership';

/** Why the bot says nothing to a message that calls for no person. */
export interface Silence {
  readonly rule: string;
  readonly reason: string;
  /** The conversation was opened by this message alone, and is over with it. */
  readonly closes: boolean;
}

/**
 * "Ok" after an answer is no question, and no trouble either: whoever answers it makes people say it again. Nor does the
 * bot ask "what can I do for you?" of somebody it has just promised a person.
 */
export function silenceFor(input: Considered): Silence | null {
  const { conversation, message, scenario, moreToDecide = false } = input;
  if (input.acknowledges) {
    const closes = message.seq === 1 && !moreToDecide && afterStep(conversation, 'thank')?.status === 'closed';
    return { rule: 'acknowledged', reason: 'the client only confirms what was said', closes };
  }
  if (conversation.status !== 'waiting_on_person' || input.thanks) return null;
  const smallTalk = scenario?.smallTalk === true ? 'small talk' : input.declines ? 'that none is needed' : null;
  if (smallTalk === null) return null;
  return { rule: 'person-comes', reason: `a person is on the way, and is told ${smallTalk}`, closes: false };
}
