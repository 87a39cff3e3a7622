import type { DecisionRecord } from '../model/decision';
import type { InboundMessage } from '../model/message';
import type { Outcome, OutcomeReply } from '../model/outcome';
import type { Ticket } from '../model/ticket';
import type { NewOutbound } from '../ports/storage-commit';
import type { StoredOutcome } from '../ports/storage-reads';

/** The answer of `receive` for a message that has just been decided. */
export function decidedOutcome(
  message: InboundMessage,
  record: DecisionRecord,
  replies: readonly OutcomeReply[],
  ticket: Ticket | null,
): Outcome {
  return {
    status: record.outcome,
    decision: record.outcome,
    conversationId: message.conversationId,
    messageId: message.id,
    isFirstMessage: record.inputs.isFirstMessage,
    priority: record.priority,
    classification: record.classification,
    replies,
    ticket,
    incident: record.incidentId === null ? null : { id: record.incidentId },
  };
}

/** The same, read back from the storage. */
export function storedOutcome(stored: StoredOutcome, status?: 'duplicate'): Outcome {
  const { message, decision, ticket } = stored;
  if (decision === null) {
    return {
      status: status ?? 'accepted',
      decision: null,
      conversationId: message.conversationId,
      messageId: message.id,
      isFirstMessage: message.seq === 1,
      priority: null,
      classification: null,
      replies: [],
      ticket: null,
      incident: null,
    };
  }
  const outcome = decidedOutcome(message, decision, stored.replies.map(outcomeReply), ticket);
  return status === undefined ? outcome : { ...outcome, status };
}

export function outcomeReply({
  id: messageId,
  text,
  type,
  attachments,
  quickReplies,
  sendAt,
}: NewOutbound['message']): OutcomeReply {
  return { messageId, text, type, attachments, quickReplies, sendAt };
}
