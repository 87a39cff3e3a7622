import type { Classification } from '../model/classification';
import type { Client } from '../model/client';
import type { Conversation } from '../model/conversation';
import type { Decision, PlannedReply, RuleTrace } from '../model/decision';
import type { InboundMessage } from '../model/message';
import type { Policy } from '../model/policy';
import type { Priority, Scenario } from '../model/scenario';
import { replyKey } from './default-templates';
import { type EscalationVerdict, escalationVerdict } from './escalation';
import { shouldGreet } from './greeting';
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

/**
 * What to do about one inbound message. Pure: the same input gives the same decision, and nothing happens by asking.
 *
 * The order is: who owns the conversation, then whether a person is needed, then the reply. Every rule leaves a trace,
 * whether it fired or not.
 */
export function decide(input: DecideInput): Decision {
  const { conversation, classification, message, policy } = input;
  const scenario = input.scenarios.get(classification.scenario) ?? null;
  const priority = scenario?.priority ?? 'normal';

  if (conversation.owner === 'human') {
    const reason = `${conversation.operatorId ?? 'a person'} owns the conversation`;
    return held(input, priority, 'human-owns', reason, [{ rule: 'human-owns', fired: true, reason }]);
  }
  const owned: RuleTrace = { rule: 'human-owns', fired: false, reason: 'the bot owns the conversation' };

  const answer = scenario === null ? null : render(input, replyKey(scenario.id));
  const { verdict, trace } = escalationVerdict({
    message,
    conversation,
    classification,
    scenario,
    hasReply: answer !== null,
    policy: policy.escalation,
  });
  const rules = [owned, ...trace];
  const replyDelayMs = scenario?.delayMs ?? 0;
  const greeting = shouldGreet(input.client, policy.greeting, input.now) ? render(input, 'greeting') : null;
  const opening = greeting === null ? [] : [planned('greeting', greeting, 0)];
  const reply = answer === null ? [] : [planned('bot_auto', answer, replyDelayMs)];

  if (verdict === null) {
    return {
      ...common(input, priority, rules),
      outcome: 'answered',
      rule: 'reply',
      reason: `answered as ${classification.scenario}`,
      replies: [...opening, ...reply],
      greets: greeting !== null,
      remindAfterMs: firstReminder(input, scenario),
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

  return escalated(input, { priority, rules, verdict, opening, reply: verdict.afterReply ? reply : [], replyDelayMs });
}

function escalated(
  input: DecideInput,
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
  const notice = render(input, 'escalation_notice');
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
  input: DecideInput,
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
  input: DecideInput,
  priority: Priority,
  rules: readonly RuleTrace[],
): Pick<Decision, 'priority' | 'locale' | 'rules' | 'ticket' | 'countsOnTicket' | 'greets' | 'remindAfterMs'> {
  return {
    priority,
    locale: input.locale,
    rules,
    ticket: null,
    countsOnTicket: false,
    greets: false,
    remindAfterMs: null,
  };
}

function firstReminder(input: DecideInput, scenario: Scenario | null): number | null {
  if (scenario === null || !scenario.reminders || input.conversation.status !== 'open') return null;
  return input.policy.reminders.ladderMs[0] ?? null;
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
