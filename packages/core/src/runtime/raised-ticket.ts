import type { Decision } from '../model/decision';
import type { NewEvent } from '../model/event';
import type { Ticket } from '../model/ticket';
import { higherPriority } from '../policies/priority';
import type { ConversationState } from '../ports/storage-work';

/**
 * The open ticket with the priority of a message that would have opened a more urgent one: who threatens while waiting for a
 * person must not wait longer than who threatens at once. `null`: it stays as it is.
 */
export function raisedTicket({ ticket }: ConversationState, { countsOnTicket, priority }: Decision): Ticket | null {
  if (ticket === null || !countsOnTicket) return null;
  const higher = higherPriority(ticket.priority, priority);
  return higher === ticket.priority ? null : { ...ticket, priority: higher };
}

/** What the feed says of it; no person did it. */
export function ticketRaised({ id, conversationId, status, priority, assignee }: Ticket, now: number): NewEvent {
  const data = { ticketId: id, status, priority, assignee, operatorId: null };
  return { type: 'ticket.updated', at: now, conversationId, data };
}
