import type { Client, Conversation, ConversationState } from '@firstline/core';
import type { SqlExecutor } from './driver';
import type { SqlQueries } from './queries';
import { inboundOf } from './rows/message-row';
import { reminderOf } from './rows/reminder-row';
import { ticketOf } from './rows/ticket-row';

/** The rest of a conversation's state, for whoever has the conversation and its client already. */
export async function stateOf(
  q: SqlQueries,
  tx: SqlExecutor,
  conversation: Conversation,
  client: Client,
): Promise<ConversationState> {
  const { tenant, id: conversationId, ticketId } = conversation;
  const [messages, reminder, ticket] = await Promise.all([
    tx.all(q.messages.undecided, { tenant, conversationId }),
    tx.first(q.reminders.pending, { tenant, conversationId }),
    // Most conversations have none, and are spared the statement.
    ticketId === null ? undefined : tx.first(q.tickets.get, { tenant, id: ticketId }),
  ]);
  const [message = null, ...following] = messages.map(inboundOf);
  return {
    conversation,
    client,
    message,
    following,
    reminder: reminder === undefined ? null : reminderOf(reminder),
    ticket: ticket === undefined ? null : ticketOf(ticket),
  };
}
