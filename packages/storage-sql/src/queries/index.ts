import { sql } from 'kysely';
import type { SqlDialect } from '../dialect';
import { statements } from '../statement';
import { archiveQueries } from './archive';
import { attemptQueries } from './attempts';
import { clientQueries } from './clients';
import { conversationQueries } from './conversations';
import { countQueries } from './counts';
import { decisionQueries } from './decisions';
import { deliveryQueries } from './deliveries';
import { endpointQueries } from './endpoints';
import { eventQueries } from './events';
import { idempotencyKeyQueries } from './idempotency-keys';
import { incidentClientQueries } from './incident-clients';
import { incidentQueries } from './incidents';
import { laneQueries } from './lanes';
import { messageQueries } from './messages';
import { noteQueries } from './notes';
import { outageQueries } from './outage';
import { reminderQueries } from './reminders';
import { removalQueries } from './removal';
import { retentionQueries } from './retention';
import { templateQueries } from './templates';
import { ticketQueries } from './tickets';

/** Every statement the storage runs, compiled. */
export function sqlQueries(dialect: SqlDialect) {
  const define = statements(dialect);
  return {
    archive: archiveQueries(define, dialect),
    attempts: attemptQueries(define),
    clients: clientQueries(define, dialect),
    conversations: conversationQueries(define, dialect),
    counts: countQueries(define),
    decisions: decisionQueries(define),
    deliveries: deliveryQueries(define, dialect),
    endpoints: endpointQueries(define, dialect),
    events: eventQueries(define, dialect),
    idempotencyKeys: idempotencyKeyQueries(define),
    incidentClients: incidentClientQueries(define, dialect),
    incidents: incidentQueries(define, dialect),
    lanes: laneQueries(define, dialect),
    messages: messageQueries(define, dialect),
    notes: noteQueries(define),
    outage: outageQueries(define),
    ping: define((db) => db.selectNoFrom(sql<number>`1`.as('pong'))),
    reminders: reminderQueries(define, dialect),
    removal: removalQueries(define, dialect),
    retention: retentionQueries(define, dialect),
    templates: templateQueries(define),
    tickets: ticketQueries(define, dialect),
  };
}

export type SqlQueries = ReturnType<typeof sqlQueries>;
