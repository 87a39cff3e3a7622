import type { Conversation } from '../../model/conversation';
import type { Policy } from '../../model/policy';
import type { ServiceBreach, Ticket } from '../../model/ticket';
import { addBusinessTime } from './business-time';
import { type ServiceClock, serviceClock } from './service-level';

type People = Policy['people'];

/** What is expected of people now, and what they failed to do. */
export interface AttendanceVerdict {
  /** Targets missed since the last look; each is told once. */
  readonly missed: readonly Exclude<ServiceBreach, 'attendance'>[];
  /** Whoever took the conversation, or its ticket, stayed silent past the limit: it goes back to the queue. */
  readonly lapsed: boolean;
  /** When to look again, epoch ms; `null`: nothing is expected any more. */
  readonly nextAt: number | null;
}

/** Until when a person who owes the client a word has to say it (epoch ms); `null`: there is no limit. */
export function attendBy(people: People, now: number): number | null {
  return people.silentAfterMs === null ? null : addBusinessTime(people.hours, now, people.silentAfterMs);
}

/** Looks at a conversation and its ticket, as they are now. */
export function attendance(
  conversation: Conversation,
  ticket: Ticket | null,
  people: People,
  now: number,
): AttendanceVerdict {
  const limit = conversation.attendBy;
  const lapsed = limit !== null && limit <= now;
  const clock = ticket === null ? null : clockOf(ticket, people, now);
  const missed = clock === null || ticket === null ? [] : missedSince(clock, ticket);
  const open = clock === null || ticket === null ? [] : stillToCome(clock, ticket, now);
  // What is overdue was not dealt with yet: whoever writes after its time must not make it be forgotten.
  const times = [...(missed.length > 0 ? [now] : []), ...open, ...(limit === null ? [] : [limit])];
  return { missed, lapsed, nextAt: times.length === 0 ? null : Math.min(...times) };
}

/** Where a ticket stands against its targets; `null`: nothing is promised. */
export function clockOf(ticket: Ticket, people: People, now: number): ServiceClock | null {
  if (people.serviceLevels === null) return null;
  return serviceClock({
    openedAt: ticket.createdAt,
    pauses: ticket.pauses,
    respondedAt: ticket.respondedAt,
    resolvedAt: ticket.resolvedAt,
    priority: ticket.priority,
    targets: people.serviceLevels,
    calendar: people.hours,
    now,
  });
}

/** The answer is the client's to give: the clock stands until it comes. */
export function paused(pauses: Ticket['pauses'], now: number): Ticket['pauses'] {
  return pauses.at(-1)?.to === null ? pauses : [...pauses, { from: now, to: null }];
}

/** The client has answered. */
export function resumed(pauses: Ticket['pauses'], now: number): Ticket['pauses'] {
  const last = pauses.at(-1);
  return last === undefined || last.to !== null ? pauses : [...pauses.slice(0, -1), { from: last.from, to: now }];
}

function missedSince(clock: ServiceClock, ticket: Ticket): AttendanceVerdict['missed'] {
  return (['firstResponse', 'resolution'] as const).filter((target) => {
    return !ticket.breaches.includes(target) && clock[target].breached;
  });
}

function stillToCome(clock: ServiceClock, ticket: Ticket, now: number): readonly number[] {
  return (['firstResponse', 'resolution'] as const).flatMap((target) => {
    const { dueAt } = clock[target];
    return isOpenTarget(ticket, target) && dueAt !== null && dueAt > now ? [dueAt] : [];
  });
}

function isOpenTarget(ticket: Ticket, target: Exclude<ServiceBreach, 'attendance'>): boolean {
  if (ticket.resolvedAt !== null) return false;
  return target === 'resolution' || ticket.respondedAt === null;
}
