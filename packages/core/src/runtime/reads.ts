import { z } from 'zod';
import { FirstlineError } from '../errors';
import type { Conversation, ConversationStatus, Owner } from '../model/conversation';
import type { DecisionRecord } from '../model/decision';
import type { Delivery, DeliveryAttempt, DeliveryStatus } from '../model/delivery';
import type { Message } from '../model/message';
import type { Note } from '../model/note';
import type { Reminder } from '../model/reminder';
import type { Priority } from '../model/scenario';
import type { Ticket, TicketStatus } from '../model/ticket';
import { transcript } from '../policies/transcript';
import type { Page } from '../ports/storage-reads';
import { clockOf } from '../policies/hours/attendance';
import type { ServiceClock } from '../policies/hours/service-level';
import { strictObject } from '../policies/strict-object';
import { checkId, checkParams } from './check-params';
import type { EngineContext } from './context';

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
  /** What people wrote for each other, oldest first. */
  notes(conversationId: string): Promise<readonly Note[]>;
  /**
   * The whole conversation to read or print, the times in `timeZone` (default that of `policy.people.hours`). Notes are
   * only in it where asked for. `null`: no such conversation.
   */
  transcript(conversationId: string, params?: TranscriptParams): Promise<string | null>;
}

export interface TranscriptParams {
  /** Default `'text'`. */
  readonly format?: 'text' | 'markdown';
  /** Of the times. Default the conversation's. */
  readonly locale?: string;
  /** Of the IANA database. */
  readonly timeZone?: string;
  /** With people's notes to each other. Default false. */
  readonly notes?: boolean;
}

export interface TicketReads {
  /** `null`: no such ticket. */
  get(ticketId: string): Promise<Ticket | null>;
  /** Newest first. */
  list(params?: ListParams & { readonly status?: TicketStatus; readonly priority?: Priority }): Promise<Page<Ticket>>;
  /** Open tickets that nobody has, the most urgent first, then the oldest. `limit` 1 to 500, default 50. */
  queue(params?: { readonly limit?: number }): Promise<readonly Ticket[]>;
  /** How a ticket stands against the service levels now; `null`: no such ticket, or nothing is promised. */
  clock(ticketId: string): Promise<ServiceClock | null>;
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
}

const text = z.string('expected a text').optional();
// `limit` is judged by `pageSize`.
const paging = { cursor: text, limit: z.unknown().optional() };
const pageSchema = strictObject(paging);
const conversationsSchema = strictObject({
  ...paging,
  clientId: text,
  owner: z.enum(['bot', 'human']).optional(),
  status: z.enum(['open', 'waiting_on_person', 'waiting_on_incident', 'closed']).optional(),
});
const ticketsSchema = strictObject({
  ...paging,
  status: z.enum(['open', 'in_progress', 'resolved']).optional(),
  priority: z.enum(['low', 'normal', 'high', 'urgent']).optional(),
});
const queueSchema = strictObject({ limit: z.unknown().optional() });
const deliveriesSchema = strictObject({
  ...paging,
  status: z.enum(['pending', 'sent', 'dead', 'cancelled', 'expired', 'unknown']).optional(),
  conversationId: text,
});

/** A filter that nobody knows would let everything through, other clients' conversations too. */
function page<T extends ListParams>(schema: z.ZodType<unknown>, params: T): T & { readonly limit: number } {
  checkParams(schema, params, 'params');
  return { ...params, limit: pageSize(params) };
}

export function conversationReads(context: EngineContext): ConversationReads {
  const { storage, tenant } = context;
  return {
    get: (conversationId) => storage.conversation({ tenant, conversationId }),
    list: (params = {}) => storage.conversations({ ...page(conversationsSchema, params), tenant }),
    messages: (conversationId, params = {}) =>
      storage.messages({ ...page(pageSchema, params), tenant, conversationId }),
    reminders: (conversationId) => storage.reminders({ tenant, conversationId }),
    notes: (conversationId) => storage.notes({ tenant, conversationId }),
    transcript: (conversationId, params = {}) => readTranscript(context, conversationId, params),
  };
}

async function readTranscript(
  { storage, tenant, policy }: EngineContext,
  conversationId: string,
  params: TranscriptParams,
): Promise<string | null> {
  const conversation = await storage.conversation({ tenant, conversationId });
  if (conversation === null) return null;
  const messages: Message[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<Message> = await storage.messages({
      tenant,
      conversationId,
      limit: 500,
      ...(cursor === null ? {} : { cursor }),
    });
    messages.push(...page.items);
    cursor = page.cursor;
  } while (cursor !== null);
  const locale = params.locale ?? conversation.locale;
  return transcript({
    conversation,
    messages,
    format: params.format ?? 'text',
    timeZone: params.timeZone ?? policy.people.hours.timeZone,
    ...(locale === null ? {} : { locale }),
    ...(params.notes === true ? { notes: await storage.notes({ tenant, conversationId }) } : {}),
  });
}

export function ticketReads({ storage, tenant, policy, clock }: EngineContext): TicketReads {
  return {
    get: (ticketId) => storage.ticket({ tenant, ticketId: checkId(ticketId, 'ticketId') }),
    list: (params = {}) => storage.tickets({ ...page(ticketsSchema, params), tenant }),
    queue: (params = {}) => storage.queue({ ...page(queueSchema, params), tenant }),
    clock: async (ticketId) => {
      const ticket = await storage.ticket({ tenant, ticketId: checkId(ticketId, 'ticketId') });
      return ticket === null ? null : clockOf(ticket, policy.people, clock.now());
    },
  };
}

export function deliveryReads({ storage, tenant }: EngineContext): DeliveryReads {
  return {
    get: (deliveryId) => storage.delivery({ tenant, deliveryId }),
    list: (params = {}) => storage.deliveries({ ...page(deliveriesSchema, params), tenant }),
  };
}

/** The decision behind a message, inbound or outbound; `null`: it was not decided, or there is no such message. */
export function explain({ storage, tenant }: EngineContext, messageId: string): Promise<DecisionRecord | null> {
  return storage.decision({ tenant, messageId });
}

export function pageSize({ limit = 50 }: ListParams): number {
  if (Number.isInteger(limit) && limit >= 1 && limit <= 500) return limit;
  throw new FirstlineError('invalid_input', 'limit: expected a whole number from 1 to 500', { path: 'limit' });
}
