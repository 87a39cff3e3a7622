import { index, laterIndex, required } from './definitions';
import type { Migration } from './migration';

export const delivery: Migration = {
  name: '0003_delivery',
  alters: ['conversations', 'messages', 'due_work', 'deliveries'],
  statements: ({ db: { schema }, narrowTable }) => [
    schema.alterTable('messages').addColumn('quick_replies', 'text'),

    schema.alterTable('deliveries').addColumn('open_attempts', 'bigint', (column) => column.notNull().defaultTo(0)),
    schema
      .alterTable('deliveries')
      .addColumn('possible_duplicate', 'bigint', (column) => column.notNull().defaultTo(0)),

    schema.alterTable('due_work').addColumn('waits_for', 'text'),
    // Most lanes wait for nothing but their time; the index is only for the others.
    laterIndex(schema, 'due_work_waiting', 'due_work', ['tenant', 'waits_for', 'ready_at']).where(
      'waits_for',
      'is not',
      null,
    ),

    narrowTable(
      schema
        .createTable('endpoints')
        .addColumn('tenant', 'text', required)
        .addColumn('id', 'text', required)
        .addColumn('status', 'text', required)
        .addColumn('wait_until', 'bigint')
        .addColumn('record', 'text', required)
        .addColumn('created_at', 'bigint', required)
        .addColumn('version', 'bigint', required)
        .addPrimaryKeyConstraint('endpoints_pk', ['tenant', 'id']),
    ),
    index(schema, 'endpoints_newest', 'endpoints', ['tenant', 'created_at', 'id']),
    index(schema, 'endpoints_by_status', 'endpoints', ['tenant', 'status', 'created_at', 'id']),
    index(schema, 'endpoints_waiting', 'endpoints', ['tenant', 'wait_until']).where('wait_until', 'is not', null),

    // An endpoint goes with the last conversation that led to it.
    laterIndex(schema, 'conversations_by_channel', 'conversations', ['tenant', 'channel_key']),
  ],
};
