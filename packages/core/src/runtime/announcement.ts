import type { NewEvent } from '../model/event';
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
  const base: CommitParams = { ...emptyCommit(conversation, now), lease };
  const [first, ...more] = announcements(context, news);
  if (first === undefined) {
    // Of an incident that was muted nobody is told the end, and nobody waits for it any more either.
    const stranded = conversation.status === 'waiting_on_incident' && !waitsOn(news, null);
    return stranded ? { ...base, conversation: { status: 'open' } } : null;
  }
  const { incident, phase } = first;
  const told: CommitParams = {
    ...base,
    tell: {
      incidentId: incident.id,
      phase,
      round: incident.round,
      limit: tellingLimit(incident, context.policy.outage),
    },
    announce: more.length > 0 ? { dueAt: now } : null,
  };
  return phase === 'open' ? begun(context, state, incident, told) : over(context, state, incident, news, told);
}

/** The failure is known: said instead of anything else, and no reminder follows while it lasts. */
function begun(
  context: EngineContext,
  state: ConversationState,
  incident: Incident,
  told: CommitParams,
): CommitParams | null {
  const { conversation, reminder } = state;
  const said = saying(context, state, incident, 'open', told.now);
  if (said === null) return null;
  const status = afterStep(conversation, 'cover')?.status ?? conversation.status;
  const data = { reminderId: reminder?.id ?? '', step: reminder?.step ?? 0, status: 'cancelled', reason: 'incident' };
  const settled: NewEvent = { type: 'reminder.settled', at: told.now, conversationId: conversation.id, data };
  return {
    ...told,
    ...said.written,
    conversation: { status },
    cancelDeliveries: { types: ['reminder'], reason: 'incident' },
    settleReminder: reminder === null ? null : { status: 'cancelled', reason: 'incident', messageId: null },
    events: [...said.events, ...(reminder === null ? [] : [settled])],
  };
}

/** It is over. A conversation that waited for nothing else is closed with it; without a text for it, in silence. */
function over(
  context: EngineContext,
  state: ConversationState,
  incident: Incident,
  news: AnnouncementNews,
  told: CommitParams,
): CommitParams {
  const { conversation } = state;
  const said = saying(context, state, incident, 'resolved', told.now);
  const status = waitsOn(news, incident) ? conversation.status : afterStep(conversation, 'recover')?.status;
  const closes = status === 'closed' && conversation.status !== 'closed';
  const data = { operatorId: null };
  const closed: NewEvent = { type: 'conversation.closed', at: told.now, conversationId: conversation.id, data };
  return {
    ...told,
    ...said?.written,
    conversation: closes ? { status, closedAt: told.now, awaiting: null } : {},
    events: [...(said?.events ?? []), ...(closes ? [closed] : [])],
  };
}

/** The message, its record and what the feed says of it; `null`: there is no text. */
function saying(
  context: EngineContext,
  state: ConversationState,
  incident: Incident,
  phase: 'open' | 'resolved',
  now: number,
): { readonly written: Pick<CommitParams, 'decision' | 'outbound'>; readonly events: readonly NewEvent[] } | null {
  const key = phase === 'open' ? 'incident_notice' : 'incident_resolved';
  const rendered = renderFor(context, state, key, incidentValues(incident));
  if (rendered === null) return null;
  const { id: incidentId, round } = incident;
  const reason = phase === 'open' ? `incident ${incidentId} is open` : `incident ${incidentId} is over`;
  const cause: SpokenCause = {
    ...{ trigger: 'incident', outcome: 'answered', rule: `incident-${phase}`, reason, priority: 'urgent' },
    ...{ ticketId: null, incidentId, thresholds: { round } },
    expiresAt: now + context.policy.delivery.maxAgeMs,
  };
  const { record, outbound } = spoken(context, state, key, rendered, cause, now);
  const data = { incidentId, phase, messageId: record.messageId, round };
  return {
    written: { decision: record, outbound: [outbound] },
    events: [{ type: 'incident.told', at: now, conversationId: state.conversation.id, data }],
  };
}

/** Whether the client was told of an open incident besides this one. */
function waitsOn({ incidents, affected }: AnnouncementNews, besides: Incident | null): boolean {
  return incidents.some(
    ({ id, status, mutedBy, round }) =>
      id !== besides?.id &&
      status === 'open' &&
      mutedBy === null &&
      affected.some(({ incidentId, toldRound }) => incidentId === id && toldRound === round),
  );
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
