import type { NewEvent } from '../model/event';
import type { Reminder } from '../model/reminder';
import type { Priority } from '../model/scenario';
import { isOpen } from '../policies/hours/business-time';
import { reminderKey } from '../policies/templates/default-templates';
import { noticeChoice } from '../policies/escalation-notice';
import { remindVerdict, type ReminderVerdict } from '../policies/reminders';
import type { RenderedTemplate } from '../policies/templates/template-catalog';
import type { CommitParams } from '../ports/storage-commit';
import type { ConversationState, WorkLease } from '../ports/storage-work';
import { watchFor } from './attention';
import type { EngineContext } from './context';
import { emptyCommit } from './empty-commit';
import { newTicket, ticketOpened } from './new-ticket';
import { renderFor, spoken } from './spoken';

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
      const rendered = renderFor(context, state, reminderKey(reminder.step, context.reminderTexts));
      if (rendered === null) {
        return settle(firing, { status: 'skipped', reason: 'no_template', messageId: null }, verdict.next);
      }
      return send(firing, rendered, verdict.next);
    }
  }
}

function send(firing: Firing, rendered: RenderedTemplate, next: ReminderVerdict['next']): CommitParams {
  const { context, state, reminder, now } = firing;
  const reason = `step ${reminder.step + 1} of ${context.policy.reminders.ladderMs.length}: the client has been silent since the reply`;
  const expiresAt = reminder.dueAt + context.policy.reminders.maxLatenessMs;
  const cause = { ...causeOf(firing), outcome: 'answered', rule: 'reminder', reason, ticketId: null } as const;
  const said = spoken(context, state, 'reminder', rendered, { ...cause, expiresAt }, now);
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
  const opened = { conversationId, clientId, messageId: null, attachments: [], rule, reason, priority };
  const ticket = newTicket(context, opened, now);
  const rendered = notice(firing);
  const cause = { ...causeOf(firing), outcome: 'escalated', rule, reason, ticketId: ticket.id } as const;
  const expiresAt = now + context.policy.delivery.maxAgeMs;
  const said =
    rendered === null ? null : spoken(context, state, 'escalation_notice', rendered, { ...cause, expiresAt }, now);
  const settled = settle(firing, { status: 'skipped', reason: 'handed_over', messageId: null }, null);
  return {
    ...settled,
    conversation: { status: 'waiting_on_person', awaiting: null, ticketId: ticket.id },
    decision: said?.record ?? null,
    outbound: said === null ? [] : [said.outbound],
    openTicket: ticket,
    watch: watchFor(context, conversation, ticket, now),
    events: [...settled.events, ticketOpened(ticket)],
  };
}

function notice({ context, state, now }: Firing): RenderedTemplate | null {
  const { hours } = context.policy.people;
  const { keys, values } = noticeChoice(hours, context.peopleThere() && isOpen(hours, now), now);
  for (const key of keys) {
    const rendered = renderFor(context, state, key, values);
    if (rendered !== null) return rendered;
  }
  return null;
}

function causeOf({ context, reminder }: Firing) {
  const { step, dueAt, episodeAt } = reminder;
  const thresholds = { step, dueAt, episodeAt };
  return { trigger: 'reminder' as const, priority: priorityOf(context, reminder), thresholds };
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

function priorityOf({ scenarios }: EngineContext, { scenario }: Reminder): Priority {
  return scenarios.get(scenario)?.priority ?? 'normal';
}
