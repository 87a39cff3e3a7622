import { UNKNOWN } from '../model/classification';
import type { RuleTrace } from '../model/decision';
import type { EscalationQuestion, EscalationRule, Policy } from '../model/policy';
import type { Priority } from '../model/scenario';
import { saysAnswerMissed } from './wording/answer-missed';
import { asksForHuman } from './wording/asks-for-human';
import { isStronglyNegative } from './wording/negative-wording';

export interface EscalationInput extends EscalationQuestion {
  /** Whether the scenario's reply could be rendered for this client. */
  readonly hasReply: boolean;
  /** How often the client made this request lately, this time included. */
  readonly timesAsked: number;
  /** How many messages in a row, this one included, fitted no scenario. */
  readonly unknowns: number;
  /** How many messages the client sent within the window of the loop guard, this one included. */
  readonly requestsLately: number;
  /** The client says thanks, ok or hello, and asks for nothing: what else it may mean is no reason to call a person. */
  readonly asksNothing: boolean;
  /** The client says that no person is wanted: doubts about the rest are no reason to call one. */
  readonly declines: boolean;
  /** What a person has to look at is on the open ticket already. */
  readonly attachedBefore: boolean;
  readonly policy: Policy['escalation'];
}

export interface EscalationVerdict {
  readonly rule: string;
  readonly reason: string;
  /** The scenario's reply goes out before the notice. */
  readonly afterReply: boolean;
  /** At least this priority; `null`: the scenario's. */
  readonly priority: Priority | null;
  /** The client is told nothing: whatever is said would be answered again. */
  readonly silent: boolean;
}

type Answer = { readonly fired: boolean; readonly reason: string };

interface Rule {
  readonly id: string;
  readonly afterReply?: boolean;
  readonly priority?: Priority;
  readonly silent?: boolean;
  /** Whether it fires, and a sentence: why, or why not. */
  test(input: EscalationInput): Answer;
}

/** About the message. The first one is no option: a way to a person always exists. */
const MESSAGE_RULES: readonly Rule[] = [
  {
    id: 'asks-for-human',
    test: ({ message, scenario, declines }) => {
      if (asksForHuman(message.text)) return yes('the client asks for a person in so many words');
      if (declines) return no('the client says that no person is wanted');
      if (scenario?.asksForHuman === true) return yes(`scenario ${scenario.id} asks for a person`);
      return no('the client does not ask for a person');
    },
  },
  {
    id: 'awaited-attachment',
    test: ({ message, conversation, scenario, attachedBefore }) => {
      const asked = conversation.awaiting;
      if (attachedBefore && scenario?.asksFor != null && conversation.status === 'waiting_on_person') {
        return yes(`the ${scenario.asksFor} that would be asked for has come already`);
      }
      if (asked === null && scenario?.asksFor != null && message.attachments.length > 0) {
        return yes(`the ${scenario.asksFor} that would be asked for came along`);
      }
      if (asked === null) return no('nothing was asked of the client');
      if (message.attachments.length === 0) return no(`the ${conversation.awaiting} asked for has not come yet`);
      return yes(`the ${conversation.awaiting} asked for has arrived`);
    },
  },
  {
    id: 'loop-guard',
    silent: true,
    test: ({ requestsLately, policy: { loopGuard } }) => {
      if (loopGuard === null) return no('loops are not looked for');
      const figures = `${requestsLately} messages lately, allowed ${loopGuard.limit}`;
      return requestsLately > loopGuard.limit ? yes(figures) : no(figures);
    },
  },
  {
    id: 'repeated-request',
    priority: 'high',
    test: ({ timesAsked, policy: { repeats } }) => {
      if (repeats === null) return no('repeats are not counted');
      const figures = `asked ${timesAsked} times, allowed ${repeats.count - 1}`;
      return timesAsked >= repeats.count ? yes(figures) : no(figures);
    },
  },
  {
    id: 'negative-wording',
    priority: 'high',
    test: ({ message, policy }) => {
      if (!policy.negativeWording) return no('wording is not judged');
      return isStronglyNegative(message.text)
        ? yes('the client threatens, accuses or abuses')
        : no('no strong negative words');
    },
  },
  {
    id: 'unknown',
    test: (input) => {
      const { classification, scenario, message, conversation, unknowns, policy } = input;
      const calm = noDoubt(input);
      if (calm !== null) return no(calm);
      if (scenario?.smallTalk === true && message.attachments.length > 0 && conversation.awaiting === null) {
        return yes('small talk, and an attachment that only a person can look at');
      }
      if (conversation.lastOutboundAt !== null && saysAnswerMissed(message.text)) {
        return yes('the client says that the answer missed the question');
      }
      if (classification.scenario !== UNKNOWN) return no(`the message was recognised as ${classification.scenario}`);
      const figures = `the message fits no scenario, ${unknowns} in a row, allowed ${policy.unknownAfter - 1}`;
      return unknowns >= policy.unknownAfter ? yes(figures) : no(figures);
    },
  },
  {
    id: 'low-confidence',
    test: (input) => {
      const { classification, scenario, policy } = input;
      if (scenario === null) return no('nothing was recognised');
      const calm = noDoubt(input);
      if (calm !== null) return no(calm);
      const figures = `confidence ${classification.confidence.toFixed(3)}, needed ${policy.minConfidence}`;
      return classification.confidence < policy.minConfidence ? yes(figures) : no(figures);
    },
  },
  {
    id: 'small-gap',
    test: (input) => {
      const { classification, scenario, policy } = input;
      const calm = noDoubt(input);
      if (calm !== null) return no(calm);
      const second = classification.alternatives[0];
      if (scenario === null || second === undefined) return no('there is no runner-up');
      const gap = classification.confidence - second.confidence;
      const figures = `${gap.toFixed(3)} ahead of ${second.scenario}, needed ${policy.minGap}`;
      return gap < policy.minGap ? yes(figures) : no(figures);
    },
  },
];

/** About what the scenario says of itself. */
const SCENARIO_RULES: readonly Rule[] = [
  {
    id: 'scenario-always',
    test: ({ scenario, asksNothing }) =>
      scenario?.escalate === 'always' && !asksNothing
        ? yes(`scenario ${scenario.id} always goes to a person`)
        : no('the scenario does not always go to a person'),
  },
  {
    id: 'missing-template',
    test: ({ hasReply, scenario }) => {
      if (scenario === null) return no('there is no scenario to reply for');
      return hasReply ? no('there is a reply') : yes(`scenario ${scenario.id} has no usable reply`);
    },
  },
  {
    id: 'scenario-after-reply',
    afterReply: true,
    test: ({ scenario, asksNothing }) => {
      if (scenario?.escalate !== 'after-reply' || asksNothing)
        return no('the scenario does not go to a person after its reply');
      if (scenario.asksFor !== null) return no(`the client is asked for the ${scenario.asksFor} first`);
      return yes(`scenario ${scenario.id} goes to a person after its reply`);
    },
  },
];

/** Ids that a host's own rules must not take. */
export const BUILT_IN_RULES: readonly string[] = [...MESSAGE_RULES, ...SCENARIO_RULES].map(({ id }) => id);

/** The first rule that fires, or `null`, and for each rule why it did or did not. */
export function escalationVerdict(input: EscalationInput): {
  readonly verdict: EscalationVerdict | null;
  readonly trace: readonly RuleTrace[];
} {
  const trace: RuleTrace[] = [];
  let verdict: EscalationVerdict | null = null;
  for (const rule of [...MESSAGE_RULES, ...ownRules(input.policy), ...SCENARIO_RULES]) {
    const { fired, reason } = rule.test(input);
    trace.push({ rule: rule.id, fired, reason });
    if (!fired || verdict !== null) continue;
    verdict = {
      rule: rule.id,
      reason,
      afterReply: rule.afterReply ?? false,
      priority: rule.priority ?? null,
      silent: rule.silent ?? false,
    };
  }
  return { verdict, trace };
}

/** Why it does not matter that nobody knows what the message is about; `null`: it does. */
function noDoubt({ asksNothing, declines }: EscalationInput): string | null {
  if (asksNothing) return 'the client asks for nothing';
  return declines ? 'the client says that no person is wanted' : null;
}

function ownRules(policy: Policy['escalation']): readonly Rule[] {
  return policy.rules.map(({ id, when, priority }) => ({
    id,
    ...(priority === undefined ? {} : { priority }),
    test: (question) => ownAnswer(when, question),
  }));
}

/** A rule that breaks is nobody's reason: the message is decided all the same, and the record says what happened. */
function ownAnswer(when: EscalationRule['when'], question: EscalationQuestion): Answer {
  try {
    const reason: unknown = when(question);
    return typeof reason === 'string' && reason !== '' ? yes(reason) : no('the own rule sees no reason');
  } catch (error) {
    return no(`the own rule failed: ${error instanceof Error ? error.name : typeof error}`);
  }
}

function yes(reason: string): Answer {
  return { fired: true, reason };
}

function no(reason: string): Answer {
  return { fired: false, reason };
}
