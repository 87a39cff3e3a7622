import type { Conversation } from '../model/conversation';
import type { EventType, NewEvent } from '../model/event';
import type { Attachment } from '../model/message';
import type { Ticket } from '../model/ticket';
import { attendBy, paused } from '../policies/hours/attendance';
import { BOT_TYPES } from '../policies/delivery-gate';
import { afterStep, type OwnershipAction } from '../policies/ownership';
import type { CommitParams, NewOutbound } from '../ports/storage-commit';
import type { ConversationState } from '../ports/storage-work';
import { watchFor } from './attention';
import type { EngineContext } from './context';
import { newDelivery } from './decision-changes';
import { emptyCommit } from './empty-commit';

/** What a person says, and whether it still has to be sent. */
export interface Words {
  readonly text: string;
  readonly attachments: readonly Attachment[];
  readonly send: boolean;
}

const EVENT_OF: Readonly<Record<OwnershipAction, EventType>> = {
  takeOver: 'conversation.taken_over',
  reply: 'conversation.taken_over',
  release: 'conversation.released',
  resolve: 'conversation.closed',
};

/** What a person's step, which was found to be allowed, does to a conversation; `null`: nothing. */
export function operatorChanges(
  context: EngineContext,
  action: OwnershipAction,
  state: ConversationState,
  operatorId: string,
  words: Words | null,
  now: number,
): CommitParams | null {
  const { conversation, client, reminder } = state;
  const moved = afterStep(conversation, action) ?? conversation;
  const changes = moved.owner !== conversation.owner || moved.status !== conversation.status;
  if (!changes && words === null) return null;
  const owns = changes ? moved.owner === 'human' : conversation.owner === 'human';
  const ticket = ticketAfter(state.ticket, action, operatorId, changes, now);
  const after: Conversation = {
    ...conversation,
    owner: moved.owner,
    status: moved.status,
    operatorId: changes ? (owns ? operatorId : null) : conversation.operatorId,
    // Whoever takes the conversation owes a word; whoever has just spoken waits for the client's.
    attendBy: !owns || words !== null ? null : attendBy(context.policy.people, now),
    ...(changes ? { awaiting: null } : {}),
    ...(moved.status === 'closed' ? { closedAt: now } : {}),
    ...(changes && !owns ? { ticketId: null } : {}),
  };
  const reason = action === 'resolve' ? 'resolved' : 'taken_over';
  const silences = changes && action !== 'release';
  const outbound = words === null ? [] : [said(context, conversation, operatorId, words, now)];
  const { owner, status, operatorId: ownerId, awaiting, ticketId, attendBy: by, closedAt } = after;
  return {
    ...emptyCommit(conversation, now),
    conversation: { owner, status, operatorId: ownerId, awaiting, ticketId, attendBy: by, closedAt },
    client: owns && client.recent.length > 0 ? { expectedVersion: client.version, recent: [] } : null,
    outbound,
    cancelDeliveries: silences ? { types: action === 'resolve' ? ['reminder'] : BOT_TYPES, reason } : null,
    settleReminder: silences && reminder !== null ? { status: 'cancelled', reason, messageId: null } : null,
    updateTicket: ticket === null ? null : ticketChange(ticket),
    watch: watchFor(context, after, ticket, now),
    events: events(action, state, operatorId, { changes, silences, reason, ticket, outbound }, now),
  };
}

/** The open ticket after the step. A person's first words are the first response; then the answer is the client's. */
function ticketAfter(
  ticket: Ticket | null,
  action: OwnershipAction,
  operatorId: string,
  changes: boolean,
  now: number,
): Ticket | null {
  if (ticket === null) return null;
  switch (action) {
    case 'takeOver':
      return changes ? { ...ticket, status: 'in_progress', assignee: operatorId } : ticket;
    case 'reply': {
      const spoken = { ...ticket, respondedAt: ticket.respondedAt ?? now, pauses: paused(ticket.pauses, now) };
      return changes ? { ...spoken, status: 'in_progress', assignee: operatorId } : spoken;
    }
    case 'release':
    case 'resolve':
      return { ...ticket, status: 'resolved', assignee: ticket.assignee ?? operatorId, resolvedAt: now };
  }
}

function ticketChange(ticket: Ticket): NonNullable<CommitParams['updateTicket']> {
  const { id, status, assignee, respondedAt, resolvedAt, pauses } = ticket;
  return { id, status, assignee, respondedAt, resolvedAt, pauses };
}

function said(
  context: EngineContext,
  conversation: Conversation,
  operatorId: string,
  { text, attachments, send }: Words,
  now: number,
): NewOutbound {
  return {
    message: {
      id: context.ids.next(),
      type: 'operator',
      text,
      locale: conversation.locale,
      attachments,
      quickReplies: [],
      createdAt: now,
      sendAt: now,
      decisionId: null,
      operatorId,
    },
    delivery: send ? newDelivery(context, conversation, now + context.policy.delivery.maxAgeMs) : null,
  };
}

/** Everything a person does is in the feed, with who did it. */
function events(
  action: OwnershipAction,
  { conversation: { id: conversationId }, reminder, ticket: before }: ConversationState,
  operatorId: string,
  done: {
    readonly changes: boolean;
    readonly silences: boolean;
    readonly reason: string;
    readonly ticket: Ticket | null;
    readonly outbound: readonly NewOutbound[];
  },
  now: number,
): readonly NewEvent[] {
  const list: NewEvent[] = [];
  const tell = (type: EventType, data: NewEvent['data']): void => {
    list.push({ type, at: now, conversationId, data });
  };
  if (done.changes) tell(EVENT_OF[action], { operatorId });
  for (const { message, delivery } of done.outbound) {
    tell('message.sent', { messageId: message.id, operatorId, recorded: delivery === null });
  }
  const { ticket } = done;
  if (ticket !== null && (ticket.status !== before?.status || ticket.assignee !== before.assignee)) {
    const { id: ticketId, status, priority, assignee } = ticket;
    tell('ticket.updated', { ticketId, status, priority, assignee, operatorId });
  }
  if (done.silences && reminder !== null) {
    tell('reminder.settled', { reminderId: reminder.id, status: 'cancelled', reason: done.reason });
  }
  return list;
}
