import type { JsonObject } from './json';

/** Kinds of entries in the durable feed. */
export type EventType =
  | 'conversation.opened'
  | 'conversation.taken_over'
  | 'conversation.released'
  | 'conversation.closed'
  | 'conversation.unattended'
  | 'conversation.noted'
  | 'conversation.exported'
  | 'conversation.erased'
  | 'message.received'
  | 'message.decided'
  | 'message.sent'
  | 'message.corrected'
  | 'ticket.opened'
  | 'ticket.updated'
  | 'ticket.breached'
  | 'reminder.sent'
  | 'reminder.settled'
  | 'delivery.failed'
  | 'delivery.settled'
  | 'delivery.replayed'
  | 'conversation.moved'
  | 'endpoint.paused'
  | 'endpoint.disabled'
  | 'endpoint.recovered'
  | 'endpoint.enabled'
  | 'alert.raised'
  | 'template.changed'
  | 'incident.suspected'
  | 'incident.opened'
  | 'incident.joined'
  | 'incident.updated'
  | 'incident.resolved'
  | 'incident.reopened'
  | 'incident.told'
  | 'incident.held';

/** What happened, without its place in the feed. Carries ids and codes, never texts. */
export interface NewEvent {
  readonly type: EventType;
  readonly at: number;
  readonly conversationId: string | null;
  readonly data: JsonObject;
}

/** One entry of the feed. */
export interface FeedEvent extends NewEvent {
  readonly tenant: string;
  /** Place in the tenant's feed; strictly growing, gaps are possible. Pass it as `after` to continue behind it. */
  readonly seq: number;
}
