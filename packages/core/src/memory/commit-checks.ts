import { FirstlineError } from '../errors';
import type { Conversation } from '../model/conversation';
import type { CommitParams } from '../ports/storage-commit';
import { mayTell } from './incidents';
import type { Tables } from './tables';

/** Whether something happened since the decision was made that it did not know of. */
export function conflicts(tables: Tables, conversation: Conversation, params: CommitParams): boolean {
  if (conversation.version !== params.expectedVersion) return true;
  const { client, decidedMessageIds, supersede } = params;
  if (client !== null && tables.clients.must(conversation.clientId).version !== client.expectedVersion) return true;
  if (!supersede.every((id) => isDraft(tables, conversation.id, id))) return true;
  if (params.tell !== null && !mayTell(tables, conversation.clientId, params.tell)) return true;
  const { undecided } = tables.thread(conversation.id);
  return params.conversation.status === 'closed' && undecided.some((id) => !decidedMessageIds.includes(id));
}

function isDraft(tables: Tables, conversationId: string, deliveryId: string): boolean {
  const delivery = tables.deliveries.get(deliveryId);
  if (delivery === undefined || delivery.conversationId !== conversationId) return false;
  return delivery.status === 'pending' && delivery.attempts === 0;
}

/** What a correct caller never gets wrong; checked all the same, and before anything is written. */
export function checkRows(tables: Tables, conversation: Conversation, params: CommitParams): void {
  const { decidedMessageIds, decision, outbound, scheduleReminder, openTicket, updateTicket, addNote } = params;
  const thread = tables.thread(conversation.id);
  if (params.clientId !== conversation.clientId) throw broken("the conversation is another client's");
  if (!decidedMessageIds.every((id, index) => id === thread.undecided[index])) {
    throw broken('the messages are not the oldest ones that wait for a decision in this conversation');
  }
  for (const row of [decision, scheduleReminder, openTicket, addNote]) {
    if (row === null || (row.tenant === tables.tenant && row.conversationId === conversation.id)) continue;
    throw broken(`${row.id} belongs to another conversation`);
  }
  if (decision !== null) {
    tables.decisions.checkNew(decision.id);
    if (tables.decidedAbout.has(decision.messageId))
      throw broken(`message ${decision.messageId} has a decision already`);
  }
  tables.messages.checkNew(...outbound.map(({ message }) => message.id));
  tables.deliveries.checkNew(...outbound.flatMap(({ delivery }) => (delivery === null ? [] : [delivery.id])));
  if (conversation.channel === null && outbound.some(({ delivery }) => delivery !== null)) {
    throw broken('a delivery needs a conversation with a channel');
  }
  if (scheduleReminder !== null) {
    tables.reminders.checkNew(scheduleReminder.id);
    if (thread.pendingReminder !== null && params.settleReminder === null)
      throw broken('a reminder is pending already');
  }
  if (openTicket !== null) tables.tickets.checkNew(openTicket.id);
  if (addNote !== null) tables.notes.checkNew(addNote.id);
  if (updateTicket !== null && tables.tickets.get(updateTicket.id)?.conversationId !== conversation.id) {
    throw broken(`there is no ticket ${updateTicket.id} in this conversation`);
  }
}

function broken(message: string): FirstlineError {
  return new FirstlineError('internal', message);
}
