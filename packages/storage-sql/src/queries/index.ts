import { sql } from 'kysely';
import type { SqlDialect } from '../dialect';
import { statements } from '../statement';
import { clientQueries } from './clients';
import { conversationQueries } from './conversations';
import { countQueries } from './counts';
import { decisionQueries } from './decisions';
import { attemptQueries, deliveryQueries } from './deliveries';
import { eventQueries } from './events';
import { idempotencyKeyQueries } from './idempotency-keys';
import { laneQueries } from './lanes';
import { messageQueries } from './messages';
import { reminderQueries } from './reminders';
import { ticketQueries } from './tickets';

/** Every statement the storage runs, compiled. */
export function sqlQueries(dialect: SqlDialect) {
  const define = statements(dialect);
  return {
    attempts: attemptQueries(define),
    clients: clientQueries(define, dialect),
    conversations: conversationQueries(define, dialect),
    counts: countQueries(define),
    decisions: decisionQueries(define),
    deliveries: deliveryQueries(define, dialect),
    events: eventQueries(define, dialect),
    idempotencyKeys: idempotencyKeyQueries(define),
    lanes: laneQueries(define, dialect),
    messages: messageQueries(define, dialect),
    ping: define((db) => db.selectNoFrom(sql<number>`1`.as('pong'))),
    reminders: reminderQueries(define, dialect),
    tickets: ticketQueries(define),
  };
}

export type SqlQueries = ReturnType<typeof sqlQueries>;
