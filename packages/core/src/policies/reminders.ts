import type { Conversation } from '../model/conversation';
import type { Policy } from '../model/policy';
import type { Reminder } from '../model/reminder';
import type { Scenario } from '../model/scenario';

export interface ReminderStep {
  /** Place in the ladder; the one behind its last is the handover to a person. */
  readonly step: number;
  readonly dueAt: number;
}

export type ReminderVerdict =
  | { readonly action: 'send'; readonly next: ReminderStep | null }
  /** What was asked for never came: a person takes over. */
  | { readonly action: 'escalate'; readonly next: null }
  | {
      readonly action: 'settle';
      readonly status: 'cancelled' | 'expired';
      readonly reason: string;
      readonly next: ReminderStep | null;
    };

/** The first step of a new silence, which begins at `episodeAt`; `null`: nobody follows up. */
export function firstStep(scenario: Scenario, episodeAt: number, policy: Policy['reminders']): ReminderStep | null {
  const pause = scenario.reminders ? policy.ladderMs[0] : undefined;
  if (pause !== undefined) return { step: 0, dueAt: episodeAt + pause };
  return scenario.asksFor === null ? null : handover(episodeAt, scenario.reminders, policy);
}

/**
 * What to do with a reminder whose time has come. Decided from the conversation as it is now, not as it was when the
 * reminder was planned.
 *
 * A reminder later than `maxLatenessMs` is dropped, and steps whose own time has passed meanwhile are skipped, so a
 * downtime never ends in several reminders at once. The handover is never too late.
 */
export function remindVerdict(
  reminder: Reminder,
  conversation: Conversation,
  policy: Policy['reminders'],
  now: number,
): ReminderVerdict {
  const obstacle = reminderObstacle(reminder, conversation);
  if (obstacle !== null) return { action: 'settle', status: 'cancelled', reason: obstacle, next: null };
  if (reminder.step >= policy.ladderMs.length) {
    if (conversation.awaiting !== null) return { action: 'escalate', next: null };
    return { action: 'settle', status: 'cancelled', reason: 'not_awaited', next: null };
  }
  if (now - reminder.dueAt > policy.maxLatenessMs) {
    const next = nextStep(reminder, conversation, policy, now - policy.maxLatenessMs);
    return { action: 'settle', status: 'expired', reason: 'too_late', next };
  }
  return { action: 'send', next: nextStep(reminder, conversation, policy, now + 1) };
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
function nextStep(
  reminder: Reminder,
  conversation: Conversation,
  policy: Policy['reminders'],
  from: number,
): ReminderStep | null {
  for (let step = reminder.step + 1; step < policy.ladderMs.length; step += 1) {
    const dueAt = reminder.episodeAt + (policy.ladderMs[step] ?? 0);
    if (dueAt >= from) return { step, dueAt };
  }
  return conversation.awaiting === null ? null : handover(reminder.episodeAt, true, policy);
}

function handover(episodeAt: number, afterReminders: boolean, policy: Policy['reminders']): ReminderStep {
  const last = afterReminders ? (policy.ladderMs.at(-1) ?? 0) : 0;
  return { step: policy.ladderMs.length, dueAt: episodeAt + last + policy.handOverAfterMs };
}
