import type { Migration } from './migration';

export const delivery: Migration = {
  name: '0003_delivery',
  statements: ({ db: { schema }, narrowTable }) => [
    schema.alterTable('messages').addColumn('quick_replies', 'text'),

    schema.alterTable('deliveries').addColumn('open_attempts', 'bigint', (column) => column.notNull().defaultTo(0)),
    schema
      .alterTable('deliveries')
      .addColumn('possible_duplicate', 'bigint', (column) => column.notNull().defaultTo(0)),

    schema.alterTable('due_work').addColumn('waits_for', 'text'),
    // Most lanes wait for nothing but their time; the index is only for the others.
    schema
      .createIndex('due_work_waiting')
      .on('due_work')
      .columns(['tenant', 'waits_for', 'ready_at'])
      .where('waits_for', 'is not', null),

    narrowTable(
      schema
        .createTable('endpoints')
        .addColumn('tenant', 'text', (column) => column.notNull())
        .addColumn('id', 'text', (column) => column.notNull())
        .addColumn('status', 'text', (column) => column.notNull())
        .addColumn('wait_until', 'bigint')
        .addColumn('record', 'text', (column) => column.notNull())
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addColumn('version', 'bigint', (column) => column.notNull())
        .addPrimaryKeyConstraint('endpoints_pk', ['tenant', 'id']),
    ),
    schema.createIndex('endpoints_newest').on('endpoints').columns(['tenant', 'created_at', 'id']),
    schema.createIndex('endpoints_by_status').on('endpoints').columns(['tenant', 'status', 'created_at', 'id']),
    schema
      .createIndex('endpoints_waiting')
      .on('endpoints')
      .columns(['tenant', 'wait_until'])
      .where('wait_until', 'is not', null),

    // An endpoint goes with the last conversation that led to it.
    schema.createIndex('conversations_by_channel').on('conversations').columns(['tenant', 'channel_key']),
  ],
};
