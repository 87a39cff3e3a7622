import type { Conversation } from '../model/conversation';
import type { NewEvent } from '../model/event';
import type { Ticket } from '../model/ticket';
import { attendance, resumed } from '../policies/hours/attendance';
import { afterStep } from '../policies/ownership';
import { raisedPriority } from '../policies/priority';
import type { CommitParams } from '../ports/storage-commit';
import type { ConversationState, WorkLease } from '../ports/storage-work';
import { watchFor } from './attention';
import type { EngineContext } from './context';
import { emptyCommit } from './empty-commit';
import { newTicket, ticketOpened } from './new-ticket';
import { renderFor, spoken } from './spoken';

const SILENT_OWNER = 'operator-silent';

/** What follows when the time has come at which people had to have done something; in one transaction. */
export function watchChanges(
  context: EngineContext,
  lease: WorkLease,
  state: ConversationState,
  now: number,
): CommitParams {
  const { conversation } = state;
  const { lapsed } = attendance(conversation, state.ticket, context.policy.people, now);
  const missed = missedTargets(context, state, now);
  const events = [...missed.events];
  const base: CommitParams = { ...emptyCommit(conversation, now), lease };
  if (!lapsed) {
    return {
      ...base,
      updateTicket: missed.ticket === null || events.length === 0 ? null : changed(missed.ticket),
      watch: watchFor(context, conversation, missed.ticket, now),
      events,
    };
  }
  return backToQueue(context, base, state, missed.ticket, events, now);
}

/** Each missed target raises the priority by one and is told once; the new priority may promise more, and miss that too. */
function missedTargets(
  { policy }: EngineContext,
  { conversation, ticket: before }: ConversationState,
  now: number,
): { readonly ticket: Ticket | null; readonly events: readonly NewEvent[] } {
  const events: NewEvent[] = [];
  let ticket = before;
  while (ticket !== null) {
    const [target] = attendance(conversation, ticket, policy.people, now).missed;
    if (target === undefined) break;
    ticket = { ...ticket, priority: raisedPriority(ticket.priority), breaches: [...ticket.breaches, target] };
    const data = { ticketId: ticket.id, target, priority: ticket.priority };
    events.push({ type: 'ticket.breached', at: now, conversationId: conversation.id, data });
  }
  return { ticket, events };
}

/**
 * A person took the conversation, or its ticket, and says nothing. Nobody else can see that it needs one, and the bot may not speak: so
 * it goes back to the queue, with a ticket, and the client is told once.
 */
function backToQueue(
  context: EngineContext,
  base: CommitParams,
  state: ConversationState,
  known: Ticket | null,
  events: readonly NewEvent[],
  now: number,
): CommitParams {
  const { conversation } = state;
  const { id: conversationId, clientId } = conversation;
  const operatorId = conversation.operatorId ?? known?.assignee ?? null;
  const rule = SILENT_OWNER;
  const reason = `${operatorId ?? 'a person'} took the conversation and stayed silent`;
  const cause = { conversationId, clientId, messageId: null, attachments: [], rule, reason, priority: 'high' as const };
  const before = known ?? newTicket(context, cause, now);
  const opens = known === null;
  const told = known?.breaches.includes('attendance') === true;
  const ticket: Ticket = {
    ...before,
    status: 'open',
    assignee: null,
    priority: !opens && !told ? raisedPriority(before.priority) : before.priority,
    pauses: resumed(before.pauses, now),
    breaches: told ? before.breaches : [...before.breaches, 'attendance'],
  };
  const rendered = told ? null : renderFor(context, state, 'unattended');
  const why = { trigger: 'watch', outcome: 'escalated', rule, reason, ticketId: ticket.id } as const;
  const limits = { attendBy: conversation.attendBy ?? now };
  const expiresAt = now + context.policy.delivery.maxAgeMs;
  const said =
    rendered === null
      ? null
      : spoken(
          context,
          state,
          'escalation_notice',
          rendered,
          { ...why, priority: ticket.priority, thresholds: limits, expiresAt },
          now,
        );
  const after: Conversation = {
    ...conversation,
    ...(afterStep(conversation, 'lapse') ?? {}),
    operatorId: null,
    attendBy: null,
    ticketId: ticket.id,
  };
  const { owner, status } = after;
  const data = { operatorId, ticketId: ticket.id };
  return {
    ...base,
    conversation: { owner, status, operatorId: null, attendBy: null, ticketId: ticket.id },
    decision: said?.record ?? null,
    outbound: said === null ? [] : [said.outbound],
    openTicket: opens ? ticket : null,
    updateTicket: opens ? null : { ...changed(ticket), status: ticket.status, assignee: null },
    watch: watchFor(context, after, ticket, now),
    events: [
      ...events,
      { type: 'conversation.unattended', at: now, conversationId, data },
      ...(opens ? [ticketOpened(ticket)] : []),
    ],
  };
}

function changed({ id, priority, breaches, pauses }: Ticket): NonNullable<CommitParams['updateTicket']> {
  return { id, priority, breaches, pauses };
}
