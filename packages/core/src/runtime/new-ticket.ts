import type { NewEvent } from '../model/event';
import type { Ticket } from '../model/ticket';
import type { EngineContext } from './context';

type TicketCause = Pick<
  Ticket,
  'conversationId' | 'clientId' | 'messageId' | 'attachments' | 'rule' | 'reason' | 'priority'
> & { readonly incidentId?: string };

/** The ticket of an escalation, open and nobody's yet. */
export function newTicket(context: EngineContext, cause: TicketCause, now: number): Ticket {
  return {
    tenant: context.tenant,
    id: context.ids.next(),
    incidentId: null,
    ...cause,
    status: 'open',
    assignee: null,
    repeats: 0,
    respondedAt: null,
    resolvedAt: null,
    pauses: [],
    breaches: [],
    createdAt: now,
    updatedAt: now,
  };
}

/** What the feed says of it. */
export function ticketOpened({ id, conversationId, rule, priority, createdAt }: Ticket): NewEvent {
  return { type: 'ticket.opened', at: createdAt, conversationId, data: { ticketId: id, rule, priority } };
}
