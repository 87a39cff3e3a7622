import type { DecisionRecord } from '../model/decision';
import type { NewEvent } from '../model/event';
import type { OutboundType } from '../model/message';
import type { Reminder } from '../model/reminder';
import type { Priority } from '../model/scenario';
import { templateValues } from '../policies/decide';
import { reminderKey } from '../policies/default-templates';
import { remindVerdict, type ReminderVerdict } from '../policies/reminders';
import type { RenderedTemplate } from '../policies/template-catalog';
import type { CommitParams, ConversationState, WorkLease } from '../ports/storage';
import type { EngineContext } from './context';
import { newDelivery } from './decision-changes';
import { emptyCommit } from './empty-commit';
import { newTicket, ticketOpened } from './new-ticket';

/** A reminder whose time has come, with the state it is judged by. */
interface Firing {
  readonly context: EngineContext;
  readonly lease: WorkLease;
  readonly state: ConversationState;
  readonly reminder: Reminder;
  readonly now: number;
}

/** What becomes of a due reminder: sent, handed over to a person, or dropped; in one transaction. */
export function reminderChanges(firing: Firing): CommitParams {
  const { context, state, reminder, now } = firing;
  const verdict = remindVerdict(reminder, state.conversation, context.policy.reminders, now);
  switch (verdict.action) {
    case 'escalate':
      return handOver(firing);
    case 'settle':
      return settle(firing, { status: verdict.status, reason: verdict.reason, messageId: null }, verdict.next);
    case 'send': {
      const rendered = render(firing, reminderKey(reminder.step, context.reminderTexts));
      if (rendered === null) {
        return settle(firing, { status: 'skipped', reason: 'no_template', messageId: null }, verdict.next);
      }
      return send(firing, rendered, verdict.next);
    }
  }
}

function send(firing: Firing, rendered: RenderedTemplate, next: ReminderVerdict['next']): CommitParams {
  const { context, reminder } = firing;
  const reason = `step ${reminder.step + 1} of ${context.policy.reminders.ladderMs.length}: the client has been silent since the reply`;
  const said = say(firing, 'reminder', rendered, { outcome: 'answered', rule: 'reminder', reason, ticketId: null });
  const settled = settle(firing, { status: 'sent', reason: null, messageId: said.record.messageId }, next);
  return { ...settled, decision: said.record, outbound: [said.outbound] };
}

/** The client was asked for something and sent nothing through all reminders. */
function handOver(firing: Firing): CommitParams {
  const { context, state, reminder, now } = firing;
  const { conversation } = state;
  const rule = 'awaited-never-came';
  const reason = `the ${conversation.awaiting ?? 'answer'} asked for has not come`;
  const { id: conversationId, clientId } = conversation;
  const priority = priorityOf(context, reminder);
  const cause = { conversationId, clientId, messageId: null, attachments: [], rule, reason, priority };
  const ticket = newTicket(context, cause, now);
  const rendered = render(firing, 'escalation_notice');
  const said =
    rendered === null
      ? null
      : say(firing, 'escalation_notice', rendered, { outcome: 'escalated', rule, reason, ticketId: ticket.id });
  const settled = settle(firing, { status: 'skipped', reason: 'handed_over', messageId: null }, null);
  return {
    ...settled,
    conversation: { status: 'waiting_on_person', awaiting: null, ticketId: ticket.id },
    decision: said?.record ?? null,
    outbound: said === null ? [] : [said.outbound],
    openTicket: ticket,
    events: [...settled.events, ticketOpened(ticket)],
  };
}

function settle(
  { context, lease, state: { conversation }, reminder, now }: Firing,
  settled: NonNullable<CommitParams['settleReminder']>,
  next: ReminderVerdict['next'],
): CommitParams {
  const event: NewEvent = {
    type: settled.status === 'sent' ? 'reminder.sent' : 'reminder.settled',
    at: now,
    conversationId: conversation.id,
    data: { reminderId: reminder.id, step: reminder.step, status: settled.status, reason: settled.reason },
  };
  return {
    ...emptyCommit(conversation, now),
    lease,
    settleReminder: settled,
    scheduleReminder: next === null ? null : { ...reminder, ...next, id: context.ids.next(), createdAt: now },
    events: [event],
  };
}

function say(
  { context, state: { conversation, client }, reminder, now }: Firing,
  type: Extract<OutboundType, 'reminder' | 'escalation_notice'>,
  { text, template }: RenderedTemplate,
  why: Pick<DecisionRecord, 'outcome' | 'rule' | 'reason' | 'ticketId'>,
): { readonly record: DecisionRecord; readonly outbound: CommitParams['outbound'][number] } {
  const messageId = context.ids.next();
  const { locale } = template;
  const { reminders, delivery } = context.policy;
  const expiresAt = type === 'reminder' ? reminder.dueAt + reminders.maxLatenessMs : now + delivery.maxAgeMs;
  const record: DecisionRecord = {
    tenant: context.tenant,
    id: context.ids.next(),
    messageId,
    conversationId: conversation.id,
    clientId: client.id,
    decidedAt: now,
    trigger: 'reminder',
    ...why,
    priority: priorityOf(context, reminder),
    locale,
    classification: null,
    inputs: {
      isFirstMessage: false,
      owner: conversation.owner,
      status: conversation.status,
      awaiting: conversation.awaiting,
      greetedAt: client.greetedAt,
      attachments: 0,
      timesAsked: 0,
      runnerUp: null,
      thresholds: { step: reminder.step, dueAt: reminder.dueAt, episodeAt: reminder.episodeAt },
    },
    rules: [{ rule: why.rule, fired: true, reason: why.reason }],
    replies: [{ messageId, type, template, sendAt: now }],
    versions: { policy: context.policy.version, scenarios: context.scenariosVersion },
  };
  const outbound = {
    message: {
      id: messageId,
      type,
      text,
      locale,
      createdAt: now,
      sendAt: now,
      decisionId: record.id,
      operatorId: null,
    },
    delivery: newDelivery(context, conversation, expiresAt),
  };
  return { record, outbound };
}

function priorityOf({ scenarios }: EngineContext, { scenario }: Reminder): Priority {
  return scenarios.get(scenario)?.priority ?? 'normal';
}

function render({ context, state: { client, conversation } }: Firing, key: string): RenderedTemplate | null {
  const locale = conversation.locale ?? client.locale ?? context.locales[0] ?? 'en';
  return context.templates.render(key, locale, templateValues(client, conversation, context.variables));
}
