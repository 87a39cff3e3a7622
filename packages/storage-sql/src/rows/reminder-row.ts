import type { Reminder } from '@firstline/core';
import type { ReminderRow } from '../tables';

export function reminderOf(row: ReminderRow): Reminder {
  return {
    tenant: row.tenant,
    id: row.id,
    conversationId: row.conversation_id,
    episode: row.episode,
    episodeAt: row.episode_at,
    step: row.step,
    scenario: row.scenario,
    dueAt: row.due_at,
    status: row.status,
    reason: row.reason,
    messageId: row.message_id,
    createdAt: row.created_at,
    settledAt: row.settled_at,
  };
}
