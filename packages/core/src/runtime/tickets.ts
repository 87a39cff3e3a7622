import { z } from 'zod';
import { FirstlineError, isFirstlineError } from '../errors';
import type { Conversation } from '../model/conversation';
import type { Priority } from '../model/scenario';
import type { Ticket, TicketStatus } from '../model/ticket';
import { attendBy } from '../policies/hours/attendance';
import { strictObject } from '../policies/strict-object';
import { event, unchanged } from '../outage/life-cycle';
import type { CommitParams, ConversationPatch } from '../ports/storage-commit';
import { watchFor } from './attention';
import { checkId, checkParams, operatorIdSchema } from './check-params';
import type { EngineContext } from './context';
import { emptyCommit } from './empty-commit';
import type { IncidentChange } from '../ports/storage-incidents';
import { announce } from './wakeups';

/** What people change about a ticket; what is absent stays as it is. */
export interface TicketChanges {
  /** `in_progress` needs an assignee, given with it or before. */
  readonly status?: TicketStatus;
  readonly priority?: Priority;
  /** Who works on it, 1 to 255 characters; `null`: nobody, and a ticket that was in progress is back in the queue. */
  readonly assignee?: string | null;
  /** Who makes the change, for the feed, 1 to 255 characters. Default `'operator'`. */
  readonly operatorId?: string;
}

type Wanted = Pick<TicketChanges, 'status' | 'priority' | 'assignee'>;

const changesSchema = strictObject({
  status: z.enum(['open', 'in_progress', 'resolved']).optional(),
  priority: z.enum(['low', 'normal', 'high', 'urgent']).optional(),
  assignee: z.string().trim().min(1, 'is empty; null takes it away').max(255, 'is too long').nullable().optional(),
  operatorId: operatorIdSchema.exactOptional(),
});
const claimSchema = strictObject({ operatorId: operatorIdSchema });
/** As with operators: a change that keeps colliding has another cause than other people. */
const MAX_CONFLICTS = 20;

/**
 * Changes a ticket, under the version of its conversation: whoever changed it meanwhile is seen, and two people who claim
 * it at the same time do not both get it.
 */
export async function updateTicket(context: EngineContext, ticketId: string, changes: TicketChanges): Promise<Ticket> {
  const { storage, tenant, clock, wakeups } = context;
  checkId(ticketId, 'ticketId');
  const { wanted, operatorId } = checkChanges(changes);
  for (let conflicts = 0; conflicts < MAX_CONFLICTS; conflicts += 1) {
    const known = await existing(context, ticketId);
    if (known.conversationId === null) return updateIncidentTicket(context, known, wanted, operatorId);
    const [state] = await storage.states({ tenant, conversationIds: [known.conversationId] });
    if (state === undefined) throw notFound(ticketId);
    // Once more, behind the version it is going to be written under.
    const ticket = await existing(context, ticketId);
    const now = clock.now();
    const after = changed(ticket, wanted, now);
    if (!differs(ticket, after)) return ticket;
    refuse(ticket, wanted, after);
    const commit = ticketCommit(context, state.conversation, ticket, after, operatorId);
    const result = await storage.commit(commit);
    if (result.status !== 'committed') continue;
    announce(wakeups, commit.watch?.dueAt == null ? {} : { watch: commit.watch.dueAt });
    return after;
  }
  throw new FirstlineError('conflict', 'the conversation kept changing; try again', { retryAfterMs: 1_000 });
}

/** The ticket of an incident changes with the incident, under its version. */
async function updateIncidentTicket(
  context: EngineContext,
  { id: ticketId, incidentId }: Ticket,
  wanted: Wanted,
  operatorId: string,
): Promise<Ticket> {
  const { storage, tenant, clock } = context;
  for (let conflicts = 0; conflicts < MAX_CONFLICTS; conflicts += 1) {
    const incident = incidentId === null ? null : await storage.incident({ tenant, incidentId });
    if (incident === null) throw notFound(ticketId);
    const ticket = await existing(context, ticketId);
    const now = clock.now();
    const after = changed(ticket, wanted, now);
    if (!differs(ticket, after)) return ticket;
    refuse(ticket, wanted, after);
    const { status, priority, assignee, resolvedAt } = after;
    const isDone = status === 'resolved' && incident.ticketId === ticketId;
    const data = { ticketId, status, priority, assignee, operatorId, incidentId };
    const change: IncidentChange = {
      ...unchanged({ ...incident, ticketId: isDone ? null : incident.ticketId, updatedAt: now }, incident),
      updateTicket: { id: ticketId, status, priority, assignee, resolvedAt },
      events: [event('ticket.updated', now, data)],
    };
    const result = await storage.changeIncidents({ tenant, now, changes: [change] });
    context.incidents.forget();
    if (result === 'changed') return after;
  }
  throw new FirstlineError('conflict', 'the incident kept changing; try again', { retryAfterMs: 1_000 });
}

/** Who claims, so that it is known whose the ticket is. */
export interface ClaimParams {
  /** 1 to 255 characters. */
  readonly operatorId: string;
}

/** How many of the queue's first are tried when others claim at the same time. */
const QUEUE_AT_ONCE = 20;

/** Takes the first ticket of the queue that nobody else was quicker to take; `null`: the queue is empty. */
export async function claimNext(context: EngineContext, params: ClaimParams): Promise<Ticket | null> {
  const { operatorId } = checkParams(claimSchema, params, 'params');
  const { storage, tenant } = context;
  for (let rounds = 0; rounds < MAX_CONFLICTS; rounds += 1) {
    const queue = await storage.queue({ tenant, limit: QUEUE_AT_ONCE });
    if (queue.length === 0) return null;
    for (const ticket of queue) {
      const claimed = await claimOrNull(context, ticket.id, operatorId);
      if (claimed !== null) return claimed;
    }
  }
  throw new FirstlineError('conflict', 'others were quicker each time; try again', { retryAfterMs: 1_000 });
}

/** Takes a ticket for somebody and sets it in progress. */
export async function claimTicket(context: EngineContext, ticketId: string, params: ClaimParams): Promise<Ticket> {
  const { operatorId } = checkParams(claimSchema, params, 'params');
  return updateTicket(context, ticketId, { assignee: operatorId, status: 'in_progress', operatorId });
}

async function claimOrNull(context: EngineContext, ticketId: string, operatorId: string): Promise<Ticket | null> {
  try {
    return await claimTicket(context, ticketId, { operatorId });
  } catch (error) {
    if (isFirstlineError(error) && (error.code === 'conflict' || error.code === 'not_found')) return null;
    throw error;
  }
}

function checkChanges(changes: TicketChanges): { readonly wanted: Wanted; readonly operatorId: string } {
  const { operatorId = 'operator', ...rest } = checkParams(changesSchema, changes, 'changes');
  const given = Object.entries(rest).filter(([, value]) => value !== undefined);
  if (given.length > 0) return { wanted: Object.fromEntries(given), operatorId };
  throw new FirstlineError('invalid_input', 'there is nothing to change: give a status, a priority or an assignee');
}

/** Who gives a ticket up puts it back: in progress and nobody's, it would be in no queue and on nobody's desk. */
function changed(ticket: Ticket, wanted: Wanted, now: number): Ticket {
  const givenUp = wanted.assignee === null && ticket.status === 'in_progress' ? { status: 'open' as const } : {};
  const resolvedAt = wanted.status === 'resolved' ? now : ticket.resolvedAt;
  return { ...ticket, ...givenUp, ...wanted, resolvedAt, updatedAt: now };
}

async function existing({ storage, tenant }: EngineContext, ticketId: string): Promise<Ticket> {
  const ticket = await storage.ticket({ tenant, ticketId });
  if (ticket === null) throw notFound(ticketId);
  return ticket;
}

function refuse(ticket: Ticket, { status, assignee }: Wanted, after: Ticket): void {
  if (ticket.status === 'resolved') {
    throw new FirstlineError(
      'conflict',
      'the ticket is resolved, which is final; the next escalation opens a new one, or take the conversation over',
    );
  }
  if (assignee != null && ticket.assignee !== null && ticket.assignee !== assignee) {
    const message = 'assignee: somebody else has the ticket; set the assignee to null first';
    throw new FirstlineError('conflict', message, { path: 'assignee' });
  }
  if (status === 'in_progress' && after.assignee === null) {
    const message = "assignee: a ticket in progress is somebody's; give the assignee too, or use claim()";
    throw new FirstlineError('invalid_input', message, { path: 'assignee' });
  }
}

function differs(before: Ticket, after: Ticket): boolean {
  return (['status', 'priority', 'assignee'] as const).some((name) => before[name] !== after[name]);
}

function ticketCommit(
  context: EngineContext,
  conversation: Conversation,
  before: Ticket,
  ticket: Ticket,
  operatorId: string,
): CommitParams {
  const { id: ticketId, status, priority, assignee, resolvedAt, updatedAt: now } = ticket;
  const data = { ticketId, status, priority, assignee, operatorId };
  const concerned = conversation.ticketId === ticketId;
  const patch = concerned ? conversationAfter(context, conversation, before, ticket) : {};
  return {
    ...emptyCommit(conversation, now),
    conversation: patch,
    updateTicket: { id: ticketId, status, priority, assignee, resolvedAt },
    watch: concerned ? watchFor(context, { ...conversation, ...patch }, ticket, now) : null,
    events: [{ type: 'ticket.updated', at: now, conversationId: conversation.id, data }],
  };
}

/**
 * Nobody waits on a resolved ticket, and nothing more is counted on it. Who owns the conversation does not change. Whoever
 * takes the ticket owes the client a word as after a takeover: out of the queue, nobody else would see that none comes.
 */
function conversationAfter(
  { policy }: EngineContext,
  conversation: Conversation,
  before: Ticket,
  { status, assignee, updatedAt: now }: Ticket,
): ConversationPatch {
  const waits = conversation.status === 'waiting_on_person';
  if (status === 'resolved') {
    // What the bot asked for meanwhile is settled with the ticket, too.
    return { ticketId: null, ...(waits ? { status: 'open', awaiting: null, attendBy: null } : {}) };
  }
  if (!waits || assignee === before.assignee) return {};
  return { attendBy: assignee === null ? null : attendBy(policy.people, now) };
}

function notFound(ticketId: string): FirstlineError {
  return new FirstlineError('not_found', `there is no ticket ${ticketId}`, { path: 'ticketId' });
}
