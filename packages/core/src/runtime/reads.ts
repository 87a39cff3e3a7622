import { FirstlineError } from '../errors';
import type { Conversation, ConversationStatus, Owner } from '../model/conversation';
import type { DecisionRecord } from '../model/decision';
import type { Delivery, DeliveryAttempt, DeliveryStatus } from '../model/delivery';
import type { Message } from '../model/message';
import type { Reminder } from '../model/reminder';
import type { Priority } from '../model/scenario';
import type { Ticket, TicketStatus } from '../model/ticket';
import type { Page } from '../ports/storage';
import type { EngineContext } from './context';
import { announce } from './wakeups';

export interface ListParams {
  /** From the previous page. */
  readonly cursor?: string;
  /** 1 to 500. Default 50. */
  readonly limit?: number;
}

/** Conversations as they are stored. */
export interface ConversationReads {
  /** `null`: no such conversation. */
  get(conversationId: string): Promise<Conversation | null>;
  /** Newest first. */
  list(
    params?: ListParams & { readonly clientId?: string; readonly owner?: Owner; readonly status?: ConversationStatus },
  ): Promise<Page<Conversation>>;
  /** History in order; empty for an unknown conversation. */
  messages(conversationId: string, params?: ListParams): Promise<Page<Message>>;
  /** The conversation's reminders, oldest first. */
  reminders(conversationId: string): Promise<readonly Reminder[]>;
}

export interface TicketReads {
  /** `null`: no such ticket. */
  get(ticketId: string): Promise<Ticket | null>;
  /** Newest first. */
  list(params?: ListParams & { readonly status?: TicketStatus; readonly priority?: Priority }): Promise<Page<Ticket>>;
}

/** The outbox. Dead letters are `list({ status: 'dead' })`. */
export interface DeliveryReads {
  /** With its attempts in order; `null`: no such delivery. */
  get(
    deliveryId: string,
  ): Promise<{ readonly delivery: Delivery; readonly attempts: readonly DeliveryAttempt[] } | null>;
  /** Newest first. */
  list(
    params?: ListParams & { readonly status?: DeliveryStatus; readonly conversationId?: string },
  ): Promise<Page<Delivery>>;
  /**
   * Sends a `dead`, `expired` or `unknown` delivery again, under the same id, with a fresh retry ladder.
   * @throws FirstlineError `not_found`; `conflict` when it is in another status
   */
  replay(deliveryId: string): Promise<Delivery>;
}

export function conversationReads({ storage, tenant }: EngineContext): ConversationReads {
  return {
    get: (conversationId) => storage.conversation({ tenant, conversationId }),
    list: (params = {}) => storage.conversations({ ...params, tenant, limit: pageSize(params) }),
    messages: (conversationId, params = {}) =>
      storage.messages({ ...params, tenant, conversationId, limit: pageSize(params) }),
    reminders: (conversationId) => storage.reminders({ tenant, conversationId }),
  };
}

export function ticketReads({ storage, tenant }: EngineContext): TicketReads {
  return {
    get: (ticketId) => storage.ticket({ tenant, ticketId }),
    list: (params = {}) => storage.tickets({ ...params, tenant, limit: pageSize(params) }),
  };
}

export function deliveryReads({ storage, tenant, clock, wakeups }: EngineContext): DeliveryReads {
  return {
    get: (deliveryId) => storage.delivery({ tenant, deliveryId }),
    list: (params = {}) => storage.deliveries({ ...params, tenant, limit: pageSize(params) }),
    replay: async (deliveryId) => {
      const now = clock.now();
      const delivery = await storage.replayDelivery({ tenant, now, deliveryId });
      if (delivery === null) {
        throw new FirstlineError('not_found', `there is no delivery ${deliveryId}`, { path: 'deliveryId' });
      }
      if (delivery.status !== 'pending') {
        throw new FirstlineError('conflict', `a delivery that is ${delivery.status} cannot be replayed`);
      }
      announce(wakeups, { deliver: now });
      return delivery;
    },
  };
}

/** The decision behind a message, inbound or outbound; `null`: it was not decided, or there is no such message. */
export function explain({ storage, tenant }: EngineContext, messageId: string): Promise<DecisionRecord | null> {
  return storage.decision({ tenant, messageId });
}

function pageSize({ limit = 50 }: ListParams): number {
  if (Number.isInteger(limit) && limit >= 1 && limit <= 500) return limit;
  throw new FirstlineError('invalid_input', 'limit: expected a whole number from 1 to 500', { path: 'limit' });
}
