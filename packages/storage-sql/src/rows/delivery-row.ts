import type { Delivery, DeliveryAttempt } from '@firstline/core';
import type { DeliveryAttemptRow, DeliveryRow } from '../tables';

export function deliveryOf(row: DeliveryRow): Delivery {
  return {
    tenant: row.tenant,
    id: row.id,
    messageId: row.message_id,
    conversationId: row.conversation_id,
    clientId: row.client_id,
    transport: row.transport,
    type: row.type,
    seq: row.seq,
    status: row.status,
    reason: row.reason,
    attempts: row.attempts,
    attemptsThisRun: row.attempts_this_run,
    nextAttemptAt: row.next_attempt_at,
    expiresAt: row.expires_at,
    possibleDuplicate: row.possible_duplicate === 1,
    createdAt: row.created_at,
    settledAt: row.settled_at,
  };
}

export function attemptOf(row: DeliveryAttemptRow): DeliveryAttempt {
  return {
    tenant: row.tenant,
    deliveryId: row.delivery_id,
    number: row.number,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    outcome: row.outcome,
    code: row.code,
    status: row.status,
    detail: row.detail,
  };
}
