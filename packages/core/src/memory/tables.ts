import type { Client } from '../model/client';
import type { Conversation } from '../model/conversation';
import type { DecisionRecord } from '../model/decision';
import type { Delivery, DeliveryAttempt } from '../model/delivery';
import type { Endpoint } from '../model/endpoint';
import type { FeedEvent, NewEvent } from '../model/event';
import type { InboundMessage, Message } from '../model/message';
import type { Note } from '../model/note';
import type { Reminder } from '../model/reminder';
import type { StoredTemplate } from '../model/stored-template';
import type { Ticket } from '../model/ticket';
import type { ConversationState } from '../ports/storage-work';
import { IncidentTables } from './incident-tables';
import { Lanes } from './lanes';
import { snapshot } from './snapshot';
import { Table } from './table';
import { Timeline } from './timeline';

/** What belongs to one conversation, by ids, so that no call walks through everybody's rows. */
export interface Thread {
  channelKey: string | null;
  /** All messages; the one numbered `seq` stands at `seq - 1`. */
  readonly messages: string[];
  /** Inbound messages not decided yet, oldest first. */
  undecided: string[];
  readonly deliveries: Timeline;
  /** Pending deliveries in the order of their messages. */
  pending: string[];
  readonly reminders: string[];
  pendingReminder: string | null;
  readonly tickets: string[];
  readonly notes: string[];
}

/** A claim on being the first with an idempotency key. */
export interface Claim {
  readonly fingerprint: string;
  readonly messageId: string;
  readonly expiresAt: number | null;
}

/** Undecided messages that a state shows. */
const UNDECIDED_LIMIT = 50;

/** Everything of one tenant: the rows, and the indexes that find them. */
export class Tables {
  readonly tenant: string;
  readonly clients = new Table<Client>('client');
  readonly conversations = new Table('conversation', (row: Conversation) => row.status);
  readonly messages = new Table('message', (row: Message) => row.direction);
  readonly decisions = new Table('decision', (row: DecisionRecord) => (row.trigger === 'message' ? row.outcome : null));
  readonly tickets = new Table('ticket', (row: Ticket) => row.status);
  readonly deliveries = new Table('delivery', (row: Delivery) => row.status);
  readonly reminders = new Table('reminder', (row: Reminder) => row.status);
  readonly notes = new Table<Note>('note');
  readonly incidents = new IncidentTables();
  /** Ids of messages that a person said what they are about. */
  readonly corrected = new Set<string>();
  readonly attempts = new Map<string, DeliveryAttempt[]>();
  /** By delivery: attempts in a row without an end; absent: none. */
  readonly openAttempts = new Map<string, number>();
  /** Oldest first; places are left out where entries were removed. */
  events: FeedEvent[] = [];
  readonly claims = new Map<string, Claim>();
  /** By key and locale, together as JSON. */
  readonly templates = new Map<string, StoredTemplate>();
  /** By key. */
  readonly endpoints = new Map<string, Endpoint>();
  readonly lanes = {
    process: new Lanes('process'),
    deliver: new Lanes('deliver'),
    remind: new Lanes('remind'),
    watch: new Lanes('watch'),
    announce: new Lanes('announce'),
  };

  /** Messages that a decision is about: there is one about each. */
  readonly decidedAbout = new Set<string>();
  /** Idempotency keys by the message that claimed them. */
  readonly keyOf = new Map<string, string>();
  readonly newest = { conversations: new Timeline(), tickets: new Timeline(), deliveries: new Timeline() };
  readonly #threads = new Map<string, Thread>();
  readonly #clientConversations = new Map<string, { readonly all: Timeline; readonly open: Set<string> }>();
  #lastEvent = 0;

  constructor(tenant: string) {
    this.tenant = tenant;
  }

  thread(conversationId: string): Thread {
    return this.#threads.get(conversationId) ?? newThread(null);
  }

  conversationsOf(clientId: string): { readonly all: Timeline; readonly open: ReadonlySet<string> } {
    return this.#clientConversations.get(clientId) ?? { all: new Timeline(), open: new Set() };
  }

  openConversation(row: Conversation, channelKey: string | null): void {
    this.#threads.set(row.id, newThread(channelKey));
    this.newest.conversations.add(row);
    const own = this.#clientConversations.get(row.clientId) ?? { all: new Timeline(), open: new Set() };
    this.#clientConversations.set(row.clientId, own);
    own.all.add(row);
    this.putConversation(row);
  }

  putConversation(row: Conversation): Conversation {
    const open = this.#clientConversations.get(row.clientId)?.open;
    if (row.status === 'closed') open?.delete(row.id);
    else open?.add(row.id);
    return this.conversations.put(row);
  }

  addMessage(row: Message): void {
    const thread = this.thread(row.conversationId);
    thread.messages.push(row.id);
    if (row.direction === 'inbound') thread.undecided.push(row.id);
    this.messages.put(row);
  }

  /** Takes the conversation out, with the indexes that lead to it; its rows are the caller's to remove. */
  dropConversation(row: Conversation): void {
    this.conversations.remove(row.id);
    this.newest.conversations.remove(row);
    this.#threads.delete(row.id);
    const own = this.#clientConversations.get(row.clientId);
    own?.all.remove(row);
    own?.open.delete(row.id);
    if (own?.all.size === 0) this.#clientConversations.delete(row.clientId);
  }

  inbound(id: string): InboundMessage {
    return this.messages.must(id) as InboundMessage;
  }

  append(events: readonly NewEvent[]): void {
    for (const event of events) {
      this.events.push(snapshot({ ...event, tenant: this.tenant, seq: ++this.#lastEvent }));
    }
  }

  state(conversation: Conversation): ConversationState {
    const { undecided, pendingReminder } = this.thread(conversation.id);
    const [message = null, ...following] = undecided.slice(0, UNDECIDED_LIMIT).map((id) => this.inbound(id));
    return {
      conversation,
      client: this.clients.must(conversation.clientId),
      message,
      following,
      reminder: pendingReminder === null ? null : this.reminders.must(pendingReminder),
      ticket: conversation.ticketId === null ? null : (this.tickets.get(conversation.ticketId) ?? null),
    };
  }
}

function newThread(channelKey: string | null): Thread {
  return {
    channelKey,
    messages: [],
    undecided: [],
    deliveries: new Timeline(),
    pending: [],
    reminders: [],
    pendingReminder: null,
    tickets: [],
    notes: [],
  };
}
