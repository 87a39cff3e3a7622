import type { Conversation } from '../model/conversation';
import type { Policy } from '../model/policy';
import type { Reminder } from '../model/reminder';

export interface ReminderStep {
  readonly step: number;
  readonly dueAt: number;
}

export type ReminderVerdict =
  | { readonly action: 'send'; readonly next: ReminderStep | null }
  | {
      readonly action: 'settle';
      readonly status: 'cancelled' | 'expired';
      readonly reason: string;
      readonly next: ReminderStep | null;
    };

/**
 * What to do with a reminder whose time has come. Decided from the conversation as it is now, not as it was when the
 * reminder was planned.
 *
 * A reminder later than `maxLatenessMs` is dropped, and steps whose own time has passed meanwhile are skipped, so a
 * downtime never ends in several reminders at once.
 */
export function remindVerdict(
  reminder: Reminder,
  conversation: Conversation,
  policy: Policy['reminders'],
  now: number,
): ReminderVerdict {
  const obstacle = reminderObstacle(reminder, conversation);
  if (obstacle !== null) return { action: 'settle', status: 'cancelled', reason: obstacle, next: null };
  if (now - reminder.dueAt > policy.maxLatenessMs) {
    const next = nextStep(reminder, policy, now - policy.maxLatenessMs);
    return { action: 'settle', status: 'expired', reason: 'too_late', next };
  }
  return { action: 'send', next: nextStep(reminder, policy, now + 1) };
}

/** Why the bot must not follow up any more; `null`: it may. */
function reminderObstacle(reminder: Reminder, conversation: Conversation): string | null {
  if (conversation.owner === 'human') return 'taken_over';
  if (conversation.status === 'closed') return 'resolved';
  if (conversation.status === 'waiting_on_person') return 'escalated';
  if (conversation.status === 'waiting_on_incident') return 'incident';
  if (conversation.lastInboundAt > reminder.createdAt) return 'client_answered';
  return null;
}

/** The first later step that is due at `from` or after it. */
function nextStep(reminder: Reminder, policy: Policy['reminders'], from: number): ReminderStep | null {
  for (let step = reminder.step + 1; step < policy.ladderMs.length; step += 1) {
    const dueAt = reminder.episodeAt + (policy.ladderMs[step] ?? 0);
    if (dueAt >= from) return { step, dueAt };
  }
  return null;
}
