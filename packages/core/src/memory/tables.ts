import type { Client } from '../model/client';
import type { Conversation } from '../model/conversation';
import type { DecisionRecord } from '../model/decision';
import type { Delivery, DeliveryAttempt } from '../model/delivery';
import type { FeedEvent, NewEvent } from '../model/event';
import type { InboundMessage, Message } from '../model/message';
import type { Reminder } from '../model/reminder';
import type { Ticket } from '../model/ticket';
import type { ConversationState } from '../ports/storage';
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
}

/** A claim on being the first with an idempotency key. */
export interface Claim {
  readonly fingerprint: string;
  readonly messageId: string;
  readonly expiresAt: number | null;
}

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
  readonly attempts = new Map<string, DeliveryAttempt[]>();
  readonly events: FeedEvent[] = [];
  readonly claims = new Map<string, Claim>();
  readonly lanes = { process: new Lanes('process'), deliver: new Lanes('deliver'), remind: new Lanes('remind') };

  /** Decision ids by the message they are about. */
  readonly decisionOf = new Map<string, string>();
  readonly newest = { conversations: new Timeline(), tickets: new Timeline(), deliveries: new Timeline() };
  readonly #threads = new Map<string, Thread>();
  readonly #clientConversations = new Map<string, { readonly all: Timeline; readonly open: Set<string> }>();

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

  append(events: readonly NewEvent[]): void {
    for (const event of events) {
      this.events.push(snapshot({ ...event, tenant: this.tenant, seq: this.events.length + 1 }));
    }
  }

  state(conversation: Conversation): ConversationState {
    const { undecided, pendingReminder } = this.thread(conversation.id);
    const oldest = undecided[0];
    return {
      conversation,
      client: this.clients.must(conversation.clientId),
      message: oldest === undefined ? null : (this.messages.must(oldest) as InboundMessage),
      reminder: pendingReminder === null ? null : this.reminders.must(pendingReminder),
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
  };
}
