import type { Classification } from '../model/classification';
import type { Client, RecentRequest } from '../model/client';
import type { Conversation } from '../model/conversation';
import type { Decision, PlannedReply, RuleTrace } from '../model/decision';
import type { Incident } from '../model/incident';
import type { InboundMessage } from '../model/message';
import type { Policy } from '../model/policy';
import type { Priority, Scenario } from '../model/scenario';
import { isOpen } from './hours/business-time';
import { gistOf } from './gist';
import type { Cover } from './incident-cover';
import { quickRepliesFor } from './quick-replies';
import { remembered, timesAsked } from './repeats';
import { replyKey } from './templates/default-templates';
import type { TemplateValues } from './templates/template';
import type { RenderedTemplate, TemplateCatalog } from './templates/template-catalog';
import { declinesHuman, withoutRefusal } from './wording/asks-for-human';
import { saysOnlyHello } from './wording/hello';
import { isAcknowledgement, needsNothingMore } from './wording/thanks';

export interface DecideInput {
  readonly conversation: Conversation;
  readonly client: Client;
  /** The message, or a turn of several put together: their texts line by line, all attachments, the first one's `seq`. */
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
  /** The host's word on whether people are there to answer; they also have to be within their hours. Default true. */
  readonly peopleThere?: boolean;
  /** The incident that explains the message, see `coverOf`. Default none. */
  readonly cover?: Cover | null;
  /** Something that only a person can look at is on the open ticket already. Default false. */
  readonly attachedBefore?: boolean;
  /** Further messages of this conversation wait to be decided, so it must not be closed now. Default false. */
  readonly moreToDecide?: boolean;
}

/** A decision's input with what several rules ask of it, worked out once. */
export interface Considered extends DecideInput {
  /** What the message was recognised as; `null` for `UNKNOWN`. */
  readonly scenario: Scenario | null;
  /** This message as it is remembered, to notice that the client asks again. */
  readonly request: RecentRequest;
  /** How often the client made this request lately, this time included; small talk is never counted. */
  readonly timesAsked: number;
  /** The client says thanks and needs nothing more. */
  readonly thanks: boolean;
  /** The client only confirms what was said; nothing is to be answered. */
  readonly acknowledges: boolean;
  /** The client only says hello; what it is about is still to come. */
  readonly hello: boolean;
  /** The client says that no person is wanted. */
  readonly declines: boolean;
  readonly peopleAvailable: boolean;
}

export function considered(input: DecideInput): Considered {
  const { message, classification, client, policy, now } = input;
  const scenario = input.scenarios.get(classification.scenario) ?? null;
  const declines = declinesHuman(message.text);
  const text = declines ? withoutRefusal(message.text) : message.text;
  const acknowledges = onlyConfirms(input, text, scenario);
  const thanks = !acknowledges && needsNothingMore(text, message.attachments.length, scenario);
  const hello = !acknowledges && !thanks && onlySaysHello(input, scenario);
  const request: RecentRequest = {
    at: now,
    scenario: classification.scenario,
    gist: gistOf(message.text),
    ...(thanks ? { thanks } : {}),
    ...(hello ? { hello } : {}),
  };
  const { repeats } = policy.escalation;
  const counts = repeats !== null && !thanks && !acknowledges && !hello && scenario?.smallTalk !== true;
  return {
    ...input,
    scenario,
    request,
    timesAsked: counts ? timesAsked(client.recent, request, repeats) : 1,
    thanks,
    acknowledges,
    hello,
    declines,
    peopleAvailable: (input.peopleThere ?? true) && isOpen(policy.people.hours, now),
  };
}

/** Only to what was said before can anybody say "ok"; and a host may have a scenario of its own for such words. */
function onlyConfirms(input: DecideInput, text: string, known: Scenario | null): boolean {
  const { message, client, conversation, classification, policy } = input;
  const spokenTo = client.greetedAt !== null || conversation.lastOutboundAt !== null;
  if (!spokenTo || message.attachments.length > 0) return false;
  const personComes = conversation.status === 'waiting_on_person';
  if (!isAcknowledgement(text, personComes)) return false;
  if (personComes || known === null || known.smallTalk) return true;
  // Whatever the words of "I will try" remind a classifier of: it is meant where an example says something like it.
  const sure = classification.confidence >= policy.escalation.minConfidence;
  return !sure || !known.examples.some((example) => isAcknowledgement(example, true));
}

/** A host's own scenario for it goes before; and to who waits for a person, nobody says "what can I do for you?". */
function onlySaysHello(
  { message, conversation, classification, policy }: DecideInput,
  known: Scenario | null,
): boolean {
  if (message.attachments.length > 0 || conversation.status !== 'open') return false;
  const meant = known !== null && classification.confidence >= policy.escalation.minConfidence;
  return !meant && saysOnlyHello(message.text);
}

/** What a decision is unless it says otherwise: no ticket, no greeting, no reminder. */
export function common(
  input: Considered,
  priority: Priority,
  rules: readonly RuleTrace[],
): Omit<Decision, 'outcome' | 'rule' | 'reason' | 'replies' | 'next'> {
  return {
    priority,
    locale: input.locale,
    rules,
    ticket: null,
    countsOnTicket: false,
    timesAsked: input.timesAsked,
    peopleAvailable: input.peopleAvailable,
    greets: false,
    tells: null,
    incidentId: input.cover?.incident.id ?? null,
    recent: recentAfter(input),
    followsUp: false,
  };
}

/** A person who takes over empties the client's record, see `runtime/operators.ts`. */
function recentAfter(input: Considered): Decision['recent'] {
  const { conversation, message, client, request, policy } = input;
  if (conversation.owner === 'human' || message.automated || input.acknowledges) return null;
  return remembered(client.recent, request, policy.escalation.loopGuard);
}

export function render(input: DecideInput, key: string, values: TemplateValues = {}): RenderedTemplate | null {
  const { client, conversation, variables } = input;
  return input.templates.render(key, input.locale, { ...templateValues(client, conversation, variables), ...values });
}

/** What the texts about an incident can name besides. */
export function incidentValues({ title, region, expectedAt }: Incident): TemplateValues {
  const scope = [title, region].filter((part) => part !== null).join(', ');
  return {
    'incident.scope': scope === '' ? null : scope,
    'incident.region': region,
    'incident.expectedAt': expectedAt,
  };
}

/** What templates can name: the client, the conversation, and the host's own variables. */
export function templateValues(client: Client, conversation: Conversation, variables: TemplateValues): TemplateValues {
  return { ...variables, 'client.name': client.name, 'client.id': client.id, 'conversation.id': conversation.id };
}

export function planned(type: PlannedReply['type'], rendered: RenderedTemplate, delayMs: number): PlannedReply {
  return { type, text: rendered.text, template: rendered.template, attachments: [], quickReplies: [], delayMs };
}

/** The answer, with what its scenario sends along where it is the scenario's own. */
export function plannedAnswer({ scenario, locale }: Considered, answer: RenderedTemplate): PlannedReply {
  const reply = planned('bot_auto', answer, scenario?.delayMs ?? 0);
  if (scenario === null || answer.template.key !== replyKey(scenario.id)) return reply;
  const quickReplies = quickRepliesFor(scenario, answer.template.locale, locale);
  return { ...reply, attachments: scenario.attachments, quickReplies };
}
