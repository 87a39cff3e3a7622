import type { DecisionRecord } from '../model/decision';
import type { OutboundType } from '../model/message';
import type { Priority } from '../model/scenario';
import { templateValues } from '../policies/considered';
import type { TemplateValues } from '../policies/templates/template';
import type { RenderedTemplate } from '../policies/templates/template-catalog';
import type { NewOutbound } from '../ports/storage-commit';
import type { ConversationState } from '../ports/storage-work';
import type { EngineContext } from './context';
import { newDelivery } from './decision-changes';

/** What the bot says of its own accord when a time has come, and why. */
export interface SpokenCause extends Pick<DecisionRecord, 'trigger' | 'outcome' | 'rule' | 'reason' | 'ticketId'> {
  /** What is told of; default none. */
  readonly incidentId?: string;
  readonly priority: Priority;
  readonly thresholds: Readonly<Record<string, number>>;
  /** Later it must not be sent any more. */
  readonly expiresAt: number;
}

/** A message nobody asked for, with the record that explains it. */
export function spoken(
  context: EngineContext,
  { conversation, client }: ConversationState,
  type: Extract<OutboundType, 'reminder' | 'escalation_notice' | 'incident_notice' | 'incident_resolved'>,
  { text, template }: RenderedTemplate,
  { expiresAt, thresholds, incidentId, ...why }: SpokenCause,
  now: number,
): { readonly record: DecisionRecord; readonly outbound: NewOutbound } {
  const messageId = context.ids.next();
  const { locale } = template;
  const record: DecisionRecord = {
    tenant: context.tenant,
    id: context.ids.next(),
    messageId,
    messageIds: [messageId],
    answers: [],
    conversationId: conversation.id,
    clientId: client.id,
    decidedAt: now,
    ...why,
    incidentId: incidentId ?? null,
    locale,
    classification: null,
    inputs: {
      isFirstMessage: false,
      owner: conversation.owner,
      status: conversation.status,
      awaiting: conversation.awaiting,
      greetedAt: client.greetedAt,
      attachments: 0,
      supersedes: [],
      peopleAvailable: true,
      timesAsked: 0,
      runnerUp: null,
      thresholds,
    },
    rules: [{ rule: why.rule, fired: true, reason: why.reason }],
    replies: [{ messageId, type, template, sendAt: now }],
    versions: context.versions(),
  };
  const outbound: NewOutbound = {
    message: {
      id: messageId,
      type,
      text,
      locale,
      attachments: [],
      quickReplies: [],
      createdAt: now,
      sendAt: now,
      decisionId: record.id,
      operatorId: null,
    },
    delivery: newDelivery(context, conversation, expiresAt),
  };
  return { record, outbound };
}

/** A text for this client, outside of any message; `null`: there is none that can be rendered. */
export function renderFor(
  context: EngineContext,
  { conversation, client }: ConversationState,
  key: string,
  values: TemplateValues = {},
): RenderedTemplate | null {
  context.templates.refresh();
  const locale = conversation.locale ?? client.locale ?? context.locales[0] ?? 'en';
  const known = templateValues(client, conversation, context.variables);
  return context.templates.current().render(key, locale, { ...known, ...values });
}
