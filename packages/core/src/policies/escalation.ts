import { type Classification, UNKNOWN } from '../model/classification';
import type { Conversation } from '../model/conversation';
import type { RuleTrace } from '../model/decision';
import type { InboundMessage } from '../model/message';
import type { Policy } from '../model/policy';
import type { Scenario } from '../model/scenario';
import { asksForHuman } from './asks-for-human';

export interface EscalationInput {
  readonly message: InboundMessage;
  readonly conversation: Conversation;
  readonly classification: Classification;
  /** `null` for `UNKNOWN`. */
  readonly scenario: Scenario | null;
  /** Whether the scenario's reply could be rendered for this client. */
  readonly hasReply: boolean;
  readonly policy: Policy['escalation'];
}

export interface EscalationVerdict {
  readonly rule: string;
  readonly reason: string;
  /** The scenario's reply goes out before the notice. */
  readonly afterReply: boolean;
}

interface EscalationRule {
  readonly id: string;
  readonly afterReply: boolean;
  /** A sentence: why it fires, or why it does not. */
  test(input: EscalationInput): { readonly fired: boolean; readonly reason: string };
}

/** Asked in this order; the first that fires decides. The first one is no option: a way to a person always exists. */
const RULES: readonly EscalationRule[] = [
  {
    id: 'asks-for-human',
    afterReply: false,
    test: ({ message, scenario }) => {
      if (asksForHuman(message.text)) return yes('the client asks for a person in so many words');
      if (scenario?.asksForHuman === true) return yes(`scenario ${scenario.id} asks for a person`);
      return no('the client does not ask for a person');
    },
  },
  {
    id: 'awaited-attachment',
    afterReply: false,
    test: ({ message, conversation }) => {
      if (conversation.awaiting === null) return no('nothing was asked of the client');
      if (message.attachments.length === 0) return no(`the ${conversation.awaiting} asked for has not come yet`);
      return yes(`the ${conversation.awaiting} asked for has arrived`);
    },
  },
  {
    id: 'unknown',
    afterReply: false,
    test: ({ classification }) =>
      classification.scenario === UNKNOWN
        ? yes('the message fits no scenario')
        : no(`the message was recognised as ${classification.scenario}`),
  },
  {
    id: 'low-confidence',
    afterReply: false,
    test: ({ classification, policy }) => {
      const figures = `confidence ${classification.confidence.toFixed(3)}, needed ${policy.minConfidence}`;
      return classification.confidence < policy.minConfidence ? yes(figures) : no(figures);
    },
  },
  {
    id: 'scenario-always',
    afterReply: false,
    test: ({ scenario }) =>
      scenario?.escalate === 'always'
        ? yes(`scenario ${scenario.id} always goes to a person`)
        : no('the scenario does not always go to a person'),
  },
  {
    id: 'missing-template',
    afterReply: false,
    test: ({ hasReply, scenario }) =>
      hasReply ? no('there is a reply') : yes(`scenario ${scenario?.id ?? UNKNOWN} has no usable reply`),
  },
  {
    id: 'scenario-after-reply',
    afterReply: true,
    test: ({ scenario }) => {
      if (scenario?.escalate !== 'after-reply') return no('the scenario does not go to a person after its reply');
      if (scenario.asksFor !== null) return no(`the client is asked for the ${scenario.asksFor} first`);
      return yes(`scenario ${scenario.id} goes to a person after its reply`);
    },
  },
];

/** The first rule that fires, or `null`, and for each rule why it did or did not. */
export function escalationVerdict(input: EscalationInput): {
  readonly verdict: EscalationVerdict | null;
  readonly trace: readonly RuleTrace[];
} {
  const trace: RuleTrace[] = [];
  let verdict: EscalationVerdict | null = null;
  for (const rule of RULES) {
    const { fired, reason } = rule.test(input);
    trace.push({ rule: rule.id, fired, reason });
    if (fired && verdict === null) verdict = { rule: rule.id, reason, afterReply: rule.afterReply };
  }
  return { verdict, trace };
}

function yes(reason: string): { fired: true; reason: string } {
  return { fired: true, reason };
}

function no(reason: string): { fired: false; reason: string } {
  return { fired: false, reason };
}
