import type { Client } from './client';
import type { Conversation } from './conversation';
import type { DecisionRecord } from './decision';
import type { Delivery, DeliveryAttempt } from './delivery';
import type { AffectedClient } from './incident';
import type { Message } from './message';
import type { Note } from './note';
import type { Reminder } from './reminder';
import type { Ticket } from './ticket';

/** Everything stored about one client; each list in the order it came. */
export interface ClientArchive {
  readonly client: Client;
  readonly conversations: readonly Conversation[];
  readonly messages: readonly Message[];
  readonly decisions: readonly DecisionRecord[];
  readonly tickets: readonly Ticket[];
  readonly notes: readonly Note[];
  readonly reminders: readonly Reminder[];
  /** By when the client joined. */
  readonly incidents: readonly AffectedClient[];
  readonly deliveries: readonly { readonly delivery: Delivery; readonly attempts: readonly DeliveryAttempt[] }[];
}
