import { literal } from '../literal';
import { index, laterIndex, required } from './definitions';
import type { Migration } from './migration';

/** Mass outages: what clients report, what the detector knows, incidents and whom they affect. Only adds. */
export const incidents: Migration = {
  name: '0002_incidents',
  alters: ['clients', 'tickets'],
  statements: ({ db: { schema }, narrowTable }) => [
    schema.alterTable('clients').addColumn('region', 'text'),
    // An incident's ticket has no conversation and no client: '' in their columns, which were made without thinking of it.
    schema.alterTable('tickets').addColumn('incident_id', 'text'),
    laterIndex(schema, 'tickets_of_incident', 'tickets', ['tenant', 'incident_id']).where(
      'incident_id',
      'is not',
      null,
    ),

    narrowTable(
      schema
        .createTable('outage_reports')
        .addColumn('tenant', 'text', required)
        .addColumn('minute', 'bigint', required)
        .addColumn('scenario', 'text', required)
        .addColumn('client_id', 'text', required)
        .addColumn('region', 'text')
        .addColumn('messages', 'bigint', required)
        .addColumn('message_id', 'text', required)
        .addColumn('judged_in', 'bigint')
        .addPrimaryKeyConstraint('outage_reports_pk', ['tenant', 'minute', 'scenario', 'client_id']),
    ),
    // Whoever judges looks for those that nobody has; whoever begins to, for those of the last minutes.
    index(schema, 'outage_reports_judged', 'outage_reports', ['tenant', 'judged_in']),
    index(schema, 'outage_reports_of_client', 'outage_reports', ['tenant', 'client_id']),

    schema
      .createTable('outage_state')
      .addColumn('tenant', 'text', required)
      .addColumn('version', 'bigint', required)
      .addColumn('judged', 'bigint')
      .addColumn('snapshot', 'text')
      .addColumn('token', 'text')
      .addColumn('lease_until', 'bigint', required)
      .addPrimaryKeyConstraint('outage_state_pk', ['tenant']),

    schema
      .createTable('incidents')
      .addColumn('tenant', 'text', required)
      .addColumn('id', 'text', required)
      .addColumn('status', 'text', required)
      .addColumn('round', 'bigint', required)
      .addColumn('source', 'text', required)
      .addColumn('level', 'text', required)
      .addColumn('scenarios', 'text', required)
      .addColumn('region', 'text')
      .addColumn('title', 'text')
      .addColumn('expected_at', 'bigint')
      .addColumn('evidence', 'text')
      .addColumn('confirmed_by', 'text')
      .addColumn('held_at', 'bigint')
      .addColumn('muted_by', 'text')
      .addColumn('merged_into', 'text')
      .addColumn('ticket_id', 'text')
      .addColumn('opened_at', 'bigint')
      .addColumn('resolved_at', 'bigint')
      .addColumn('created_at', 'bigint', required)
      .addColumn('updated_at', 'bigint', required)
      .addColumn('version', 'bigint', required)
      .addPrimaryKeyConstraint('incidents_pk', ['tenant', 'id']),
    index(schema, 'incidents_newest', 'incidents', ['tenant', 'created_at', 'id']),
    index(schema, 'incidents_by_status', 'incidents', ['tenant', 'status', 'created_at', 'id']),
    // Those that are not over, which are few.
    index(schema, 'incidents_unresolved', 'incidents', ['tenant', 'created_at']).where(
      'status',
      '<>',
      literal('resolved'),
    ),
    index(schema, 'incidents_resolved', 'incidents', ['tenant', 'resolved_at']).where(
      'status',
      '=',
      literal('resolved'),
    ),

    narrowTable(
      schema
        .createTable('incident_clients')
        .addColumn('tenant', 'text', required)
        .addColumn('incident_id', 'text', required)
        .addColumn('client_id', 'text', required)
        .addColumn('conversation_id', 'text')
        .addColumn('joined_at', 'bigint', required)
        .addColumn('told_at', 'bigint')
        .addColumn('told_round', 'bigint', required)
        .addColumn('resolved_round', 'bigint', required)
        .addPrimaryKeyConstraint('incident_clients_pk', ['tenant', 'incident_id', 'client_id']),
    ),
    index(schema, 'incident_clients_in_order', 'incident_clients', ['tenant', 'incident_id', 'joined_at', 'client_id']),
    index(schema, 'incident_clients_told', 'incident_clients', ['tenant', 'incident_id', 'told_round']),
    index(schema, 'incident_clients_of_client', 'incident_clients', ['tenant', 'client_id']),
  ],
};
