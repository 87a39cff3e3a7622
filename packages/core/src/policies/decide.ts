import type { Classification } from '../model/classification';
import type { Client, RecentRequest } from '../model/client';
import type { Conversation } from '../model/conversation';
import type { Decision, PlannedReply, RuleTrace } from '../model/decision';
import type { InboundMessage } from '../model/message';
import type { Policy } from '../model/policy';
import type { Priority, Scenario } from '../model/scenario';
import { replyKey } from './default-templates';
import { type EscalationVerdict, escalationVerdict } from './escalation';
import { gistOf } from './gist';
import { shouldGreet } from './greeting';
import { higherPriority } from './priority';
import { remembered, requestsLately, timesAsked, unknownsInARow } from './repeats';
import type { TemplateValues } from './template';
import type { RenderedTemplate, TemplateCatalog } from './template-catalog';

export interface DecideInput {
  readonly conversation: Conversation;
  readonly client: Client;
  readonly message: InboundMessage;
  readonly classification: Classification;
  readonly scenarios: ReadonlyMap<string, Scenario>;
  readonly templates: TemplateCatalog;
  /** Locale to answer in. */
  readonly locale: string;
  /** The host's own template variables. */
  readonly variables: TemplateValues;
  readonly policy: Policy;
  readonly now: number;
}

interface Considered extends DecideInput {
  /** This message as it is remembered, to notice that the client asks again. */
  readonly request: RecentRequest;
  /** How often the client made this request lately, this time included; small talk is never counted. */
  readonly timesAsked: number;
}

/**
 * What to do about one inbound message. Pure: the same input gives the same decision, and nothing happens by asking.
 *
 * The order is: who owns the conversation, then whether a person is needed, then the reply. Every rule leaves a trace,
 * whether it fired or not.
 */
export function decide(given: DecideInput): Decision {
  const input = considered(given);
  const { conversation, classification, message, policy } = input;
  const scenario = input.scenarios.get(classification.scenario) ?? null;
  const asked = scenario?.priority ?? 'normal';

  if (conversation.owner === 'human') {
    const reason = `${conversation.operatorId ?? 'a person'} owns the conversation`;
    return held(input, asked, 'human-owns', reason, [{ rule: 'human-owns', fired: true, reason }]);
  }
  if (message.automated) {
    const reason = 'a machine wrote it, and would be answered for ever';
    return held(input, asked, 'automated', reason, [{ rule: 'automated', fired: true, reason }]);
  }
  const owned: RuleTrace = { rule: 'human-owns', fired: false, reason: 'the bot owns the conversation' };

  const answer = render(input, scenario === null ? 'clarification' : replyKey(scenario.id));
  const { verdict, trace } = escalationVerdict({
    message,
    conversation,
    client: input.client,
    classification,
    scenario,
    hasReply: answer !== null,
    timesAsked: input.timesAsked,
    unknowns: unknownsInARow(input.client.recent),
    requestsLately: requestsLately(input.client.recent, input.now, policy.escalation.loopGuard),
    policy: policy.escalation,
    now: input.now,
  });
  const priority = higherPriority(asked, verdict?.priority ?? null);
  const rules = [owned, ...trace];
  const silent = verdict?.silent === true;
  const replyDelayMs = scenario?.delayMs ?? 0;
  const greeting = !silent && shouldGreet(input.client, policy.greeting, input.now) ? render(input, 'greeting') : null;
  const opening = greeting === null ? [] : [planned('greeting', greeting, 0)];
  const reply = answer === null ? [] : [planned('bot_auto', answer, replyDelayMs)];

  if (verdict === null) {
    return {
      ...common(input, priority, rules),
      outcome: 'answered',
      rule: scenario === null ? 'clarify' : 'reply',
      reason: scenario === null ? 'the client is asked to say it in other words' : `answered as ${scenario.id}`,
      replies: [...opening, ...reply],
      greets: greeting !== null,
      followsUp: scenario !== null && conversation.status === 'open',
      next: {
        owner: 'bot',
        status: conversation.status,
        awaiting: scenario?.asksFor ?? conversation.awaiting,
      },
    };
  }

  if (conversation.status === 'waiting_on_person') {
    // The ticket is open and promised: a second notice would be a second promise. Only a reply may still help.
    const waiting: RuleTrace = {
      rule: 'already-escalated',
      fired: true,
      reason: `${verdict.rule}: a person is on the way`,
    };
    const says = verdict.afterReply ? reply : [];
    return {
      ...common(input, priority, [...rules, waiting]),
      outcome: says.length > 0 ? 'answered' : 'held',
      rule: 'already-escalated',
      reason: waiting.reason,
      replies: says,
      countsOnTicket: true,
      next: { owner: 'bot', status: 'waiting_on_person', awaiting: null },
    };
  }

  // Whoever comes with trouble first gets what helps the person who will look at it: the request for a screenshot.
  const instructs = message.seq === 1 && scenario !== null && scenario.asksFor !== null;
  const says = verdict.afterReply || instructs ? reply : [];
  return escalated(input, { priority, rules, verdict, opening, reply: says, replyDelayMs });
}

function escalated(
  input: Considered,
  plan: {
    readonly priority: Priority;
    readonly rules: readonly RuleTrace[];
    readonly verdict: EscalationVerdict;
    readonly opening: readonly PlannedReply[];
    readonly reply: readonly PlannedReply[];
    readonly replyDelayMs: number;
  },
): Decision {
  const { verdict } = plan;
  const notice = verdict.silent ? null : render(input, 'escalation_notice');
  const noticeDelayMs = plan.reply.length > 0 ? plan.replyDelayMs : 0;
  return {
    ...common(input, plan.priority, plan.rules),
    outcome: 'escalated',
    rule: verdict.rule,
    reason: verdict.reason,
    replies: [
      ...plan.opening,
      ...plan.reply,
      ...(notice === null ? [] : [planned('escalation_notice', notice, noticeDelayMs)]),
    ],
    ticket: { rule: verdict.rule, reason: verdict.reason, priority: plan.priority },
    greets: plan.opening.length > 0,
    next: { owner: 'bot', status: 'waiting_on_person', awaiting: null },
  };
}

function held(
  input: Considered,
  priority: Priority,
  rule: string,
  reason: string,
  rules: readonly RuleTrace[],
): Decision {
  const { owner, status, awaiting } = input.conversation;
  return {
    ...common(input, priority, rules),
    outcome: 'held',
    rule,
    reason,
    replies: [],
    next: { owner, status, awaiting },
  };
}

/** What a decision is unless it says otherwise: no ticket, no greeting, no reminder. */
function common(
  input: Considered,
  priority: Priority,
  rules: readonly RuleTrace[],
): Pick<
  Decision,
  'priority' | 'locale' | 'rules' | 'ticket' | 'countsOnTicket' | 'timesAsked' | 'greets' | 'recent' | 'followsUp'
> {
  return {
    priority,
    locale: input.locale,
    rules,
    ticket: null,
    countsOnTicket: false,
    timesAsked: input.timesAsked,
    greets: false,
    recent: recentAfter(input),
    followsUp: false,
  };
}

/** The request as it is remembered, and how often it was made, worked out once for everything that asks. */
function considered(input: DecideInput): Considered {
  const { message, classification, client, scenarios, policy, now } = input;
  const request = { at: now, scenario: classification.scenario, gist: gistOf(message.text) };
  const { repeats } = policy.escalation;
  const smallTalk = scenarios.get(classification.scenario)?.smallTalk ?? false;
  return {
    ...input,
    request,
    timesAsked: repeats === null || smallTalk ? 1 : timesAsked(client.recent, request, repeats),
  };
}

/** A person who takes over empties the client's record, see `runtime/operators.ts`. */
function recentAfter({ conversation, message, client, request, policy }: Considered): Decision['recent'] {
  if (conversation.owner === 'human' || message.automated) return null;
  return remembered(client.recent, request, policy.escalation.loopGuard);
}

function render(input: DecideInput, key: string): RenderedTemplate | null {
  return input.templates.render(key, input.locale, templateValues(input.client, input.conversation, input.variables));
}

/** What templates can name: the client, the conversation, and the host's own variables. */
export function templateValues(client: Client, conversation: Conversation, variables: TemplateValues): TemplateValues {
  return { ...variables, 'client.name': client.name, 'client.id': client.id, 'conversation.id': conversation.id };
}

function planned(type: PlannedReply['type'], rendered: RenderedTemplate, delayMs: number): PlannedReply {
  return { type, text: rendered.text, template: rendered.template, delayMs };
}
