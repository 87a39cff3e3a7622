import type { Conversation } from '../model/conversation';
import type { CommitParams } from '../ports/storage-commit';

/** A commit that changes nothing but the conversation's version: what people and timers do is written on top of it. */
export function emptyCommit(conversation: Conversation, now: number): CommitParams {
  return {
    tenant: conversation.tenant,
    now,
    conversationId: conversation.id,
    clientId: conversation.clientId,
    expectedVersion: conversation.version,
    lease: null,
    leaseUntil: null,
    conversation: {},
    client: null,
    decidedMessageIds: [],
    decision: null,
    outbound: [],
    cancelDeliveries: null,
    supersede: [],
    settleReminder: null,
    scheduleReminder: null,
    openTicket: null,
    updateTicket: null,
    addNote: null,
    watch: null,
    report: null,
    tell: null,
    announce: null,
    events: [],
  };
}
