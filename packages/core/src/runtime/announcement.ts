import type { AffectedClient, Incident } from '../model/incident';
import { incidentValues } from '../policies/considered';
import { isFull, tellingLimit } from '../policies/incident-cover';
import { afterStep } from '../policies/ownership';
import type { CommitParams } from '../ports/storage-commit';
import type { ConversationState, WorkLease } from '../ports/storage-work';
import type { EngineContext } from './context';
import { emptyCommit } from './empty-commit';
import { renderFor, spoken, type SpokenCause } from './spoken';

/** What there may be to tell the client of a conversation: all that is live, and what the client is affected by. */
export interface AnnouncementNews {
  readonly incidents: readonly Incident[];
  readonly affected: readonly AffectedClient[];
}

interface Announcement {
  readonly incident: Incident;
  readonly phase: 'open' | 'resolved';
}

/**
 * Tells a client what an incident has to say, one thing at a time; `null`: nothing, or a person speaks. Whatever happened
 * between this look and the commit makes the commit answer `conflict`: nobody is told twice.
 */
export function announcementChanges(
  context: EngineContext,
  lease: WorkLease,
  state: ConversationState,
  news: AnnouncementNews,
  now: number,
): CommitParams | null {
  const { conversation } = state;
  if (conversation.owner === 'human') return null;
  const [first, ...more] = announcements(context, news);
  if (first === undefined) return null;
  const { incident, phase } = first;
  const key = phase === 'open' ? 'incident_notice' : 'incident_resolved';
  const rendered = renderFor(context, state, key, incidentValues(incident));
  if (rendered === null) return null;
  const reason = phase === 'open' ? `incident ${incident.id} is open` : `incident ${incident.id} is over`;
  const cause: SpokenCause = {
    ...{ trigger: 'incident', outcome: 'answered', rule: `incident-${phase}`, reason, priority: 'urgent' },
    ...{ ticketId: null, incidentId: incident.id, thresholds: { round: incident.round } },
    expiresAt: now + context.policy.delivery.maxAgeMs,
  };
  const said = spoken(context, state, key, rendered, cause, now);
  const status = afterStep(conversation, phase === 'open' ? 'cover' : 'recover')?.status ?? conversation.status;
  const closes = status === 'closed' && conversation.status !== 'closed';
  const data = { incidentId: incident.id, phase, messageId: said.record.messageId, round: incident.round };
  const { reminder } = state;
  return {
    ...emptyCommit(conversation, now),
    lease,
    conversation: { status, ...(closes ? { closedAt: now, awaiting: null } : {}) },
    decision: said.record,
    outbound: [said.outbound],
    cancelDeliveries: { types: ['reminder'], reason: 'incident' },
    settleReminder: reminder === null ? null : { status: 'cancelled', reason: 'incident', messageId: null },
    tell: {
      incidentId: incident.id,
      phase,
      round: incident.round,
      limit: tellingLimit(incident, context.policy.outage),
    },
    announce: more.length > 0 ? { dueAt: now } : null,
    events: [
      { type: 'incident.told', at: now, conversationId: conversation.id, data },
      ...(reminder === null
        ? []
        : [
            {
              type: 'reminder.settled',
              at: now,
              conversationId: conversation.id,
              data: { reminderId: reminder.id, step: reminder.step, status: 'cancelled', reason: 'incident' },
            } as const,
          ]),
      ...(closes
        ? [
            {
              type: 'conversation.closed',
              at: now,
              conversationId: conversation.id,
              data: { operatorId: null },
            } as const,
          ]
        : []),
    ],
  };
}

/** What is still to be told, the oldest incident first. */
function announcements({ policy }: EngineContext, { incidents, affected }: AnnouncementNews): readonly Announcement[] {
  return [...incidents].reverse().flatMap((incident): Announcement[] => {
    const row = affected.find(({ incidentId }) => incidentId === incident.id);
    if (row === undefined || incident.mutedBy !== null) return [];
    const { status, round } = incident;
    if (status === 'open') {
      return row.toldRound < round && !isFull(incident, policy.outage) ? [{ incident, phase: 'open' }] : [];
    }
    const owed = status === 'resolved' && round > 0 && row.toldRound === round && row.resolvedRound < round;
    return owed ? [{ incident, phase: 'resolved' }] : [];
  });
}
