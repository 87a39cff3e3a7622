import { literal } from '../literal';
import { index, required } from './definitions';
import type { Migration } from './migration';

/**
 * No foreign keys: the rows of a message are written in one transaction by one piece of code, and the checks would cost
 * a lookup per row. The unique indexes below do guard promises that concurrency could break.
 */
export const initial: Migration = {
  name: '0001_initial',
  statements: ({ db: { schema }, narrowTable }) => [
    narrowTable(
      schema
        .createTable('clients')
        .addColumn('tenant', 'text', required)
        .addColumn('id', 'text', required)
        .addColumn('name', 'text')
        .addColumn('locale', 'text')
        .addColumn('greeted_at', 'bigint')
        .addColumn('recent', 'text', required)
        .addColumn('created_at', 'bigint', required)
        .addColumn('version', 'bigint', required)
        .addPrimaryKeyConstraint('clients_pk', ['tenant', 'id']),
    ),

    narrowTable(
      schema
        .createTable('conversations')
        .addColumn('tenant', 'text', required)
        .addColumn('id', 'text', required)
        .addColumn('client_id', 'text', required)
        .addColumn('channel', 'text')
        .addColumn('channel_key', 'text')
        .addColumn('locale', 'text')
        .addColumn('owner', 'text', required)
        .addColumn('status', 'text', required)
        .addColumn('operator_id', 'text')
        .addColumn('ticket_id', 'text')
        .addColumn('awaiting', 'text')
        .addColumn('attend_by', 'bigint')
        .addColumn('last_seq', 'bigint', required)
        .addColumn('inbound_count', 'bigint', required)
        .addColumn('created_at', 'bigint', required)
        .addColumn('last_inbound_at', 'bigint', required)
        .addColumn('last_outbound_at', 'bigint')
        .addColumn('active_on', 'bigint', required)
        .addColumn('closed_at', 'bigint')
        .addColumn('version', 'bigint', required)
        .addPrimaryKeyConstraint('conversations_pk', ['tenant', 'id']),
    ),
    // At most one open conversation per client and channel.
    index(schema, 'conversations_open', 'conversations', ['tenant', 'client_id', 'channel_key'])
      .unique()
      .where('status', '<>', literal('closed')),
    // What is old enough to go.
    index(schema, 'conversations_by_activity', 'conversations', ['tenant', 'active_on']),
    index(schema, 'conversations_newest', 'conversations', ['tenant', ...NEWEST]),
    index(schema, 'conversations_of_client', 'conversations', ['tenant', 'client_id', ...NEWEST]),
    index(schema, 'conversations_by_status', 'conversations', ['tenant', 'status', ...NEWEST]),
    index(schema, 'conversations_by_owner', 'conversations', ['tenant', 'owner', ...NEWEST]),
    index(schema, 'conversations_by_owner_and_status', 'conversations', ['tenant', 'owner', 'status', ...NEWEST]),

    schema
      .createTable('messages')
      .addColumn('tenant', 'text', required)
      .addColumn('id', 'text', required)
      .addColumn('conversation_id', 'text', required)
      .addColumn('client_id', 'text', required)
      .addColumn('seq', 'bigint', required)
      .addColumn('direction', 'text', required)
      .addColumn('text', 'text', required)
      .addColumn('original_text', 'text')
      .addColumn('locale', 'text')
      .addColumn('attachments', 'text')
      .addColumn('automated', 'bigint')
      .addColumn('created_at', 'bigint', required)
      .addColumn('in_turn', 'bigint')
      .addColumn('corrected_to', 'text')
      .addColumn('decided_at', 'bigint')
      .addColumn('idempotency_key', 'text')
      .addColumn('decision_id', 'text')
      .addColumn('type', 'text')
      .addColumn('operator_id', 'text')
      .addColumn('send_at', 'bigint')
      .addPrimaryKeyConstraint('messages_pk', ['tenant', 'id']),
    index(schema, 'messages_history', 'messages', ['tenant', 'conversation_id', 'seq']).unique(),
    index(schema, 'messages_corrected', 'messages', ['tenant', ...NEWEST]).where('corrected_to', 'is not', null),
    index(schema, 'messages_undecided', 'messages', ['tenant', 'conversation_id', 'seq'])
      .where('direction', '=', literal('inbound'))
      .where('decided_at', 'is', null),

    narrowTable(
      schema
        .createTable('idempotency_keys')
        .addColumn('tenant', 'text', required)
        .addColumn('key', 'text', required)
        .addColumn('fingerprint', 'text', required)
        .addColumn('message_id', 'text', required)
        .addColumn('expires_at', 'bigint')
        .addPrimaryKeyConstraint('idempotency_keys_pk', ['tenant', 'key']),
    ),
    // Most keys are kept for ever; the index is only for the others.
    index(schema, 'idempotency_keys_expiring', 'idempotency_keys', ['tenant', 'expires_at']).where(
      'expires_at',
      'is not',
      null,
    ),

    narrowTable(
      schema
        .createTable('due_work')
        .addColumn('tenant', 'text', required)
        .addColumn('kind', 'text', required)
        .addColumn('conversation_id', 'text', required)
        .addColumn('ready_at', 'bigint', required)
        .addColumn('token', 'text')
        .addColumn('claims', 'bigint', required)
        .addPrimaryKeyConstraint('due_work_pk', ['tenant', 'kind', 'conversation_id']),
    ),
    // Serves claims, the take-over of leases that ran out, and the next due time.
    index(schema, 'due_work_ready', 'due_work', ['tenant', 'kind', 'ready_at']),

    schema
      .createTable('decisions')
      .addColumn('tenant', 'text', required)
      .addColumn('id', 'text', required)
      .addColumn('message_id', 'text', required)
      .addColumn('trigger', 'text', required)
      .addColumn('outcome', 'text', required)
      .addColumn('record', 'text', required)
      .addPrimaryKeyConstraint('decisions_pk', ['tenant', 'id']),
    // A message is decided once.
    index(schema, 'decisions_about_message', 'decisions', ['tenant', 'message_id'])
      .unique()
      .where('trigger', '=', literal('message')),
    // For the counts, which must not read the records.
    index(schema, 'decisions_by_outcome', 'decisions', ['tenant', 'trigger', 'outcome']),

    narrowTable(
      schema
        .createTable('deliveries')
        .addColumn('tenant', 'text', required)
        .addColumn('id', 'text', required)
        .addColumn('message_id', 'text', required)
        .addColumn('conversation_id', 'text', required)
        .addColumn('client_id', 'text', required)
        .addColumn('transport', 'text', required)
        .addColumn('type', 'text', required)
        .addColumn('seq', 'bigint', required)
        .addColumn('status', 'text', required)
        .addColumn('reason', 'text')
        .addColumn('attempts', 'bigint', required)
        .addColumn('attempts_this_run', 'bigint', required)
        .addColumn('next_attempt_at', 'bigint', required)
        .addColumn('expires_at', 'bigint')
        .addColumn('created_at', 'bigint', required)
        .addColumn('settled_at', 'bigint')
        .addPrimaryKeyConstraint('deliveries_pk', ['tenant', 'id']),
    ),
    index(schema, 'deliveries_pending', 'deliveries', ['tenant', 'conversation_id', 'seq']).where(
      'status',
      '=',
      literal('pending'),
    ),
    index(schema, 'deliveries_newest', 'deliveries', ['tenant', ...NEWEST]),
    index(schema, 'deliveries_by_status', 'deliveries', ['tenant', 'status', ...NEWEST]),
    index(schema, 'deliveries_of_conversation', 'deliveries', ['tenant', 'conversation_id', ...NEWEST]),

    narrowTable(
      schema
        .createTable('delivery_attempts')
        .addColumn('tenant', 'text', required)
        .addColumn('delivery_id', 'text', required)
        .addColumn('number', 'bigint', required)
        .addColumn('started_at', 'bigint', required)
        .addColumn('finished_at', 'bigint')
        .addColumn('outcome', 'text')
        .addColumn('code', 'text')
        .addColumn('status', 'bigint')
        .addColumn('detail', 'text')
        .addPrimaryKeyConstraint('delivery_attempts_pk', ['tenant', 'delivery_id', 'number']),
    ),

    narrowTable(
      schema
        .createTable('reminders')
        .addColumn('tenant', 'text', required)
        .addColumn('id', 'text', required)
        .addColumn('conversation_id', 'text', required)
        .addColumn('episode', 'text', required)
        .addColumn('episode_at', 'bigint', required)
        .addColumn('step', 'bigint', required)
        .addColumn('scenario', 'text', required)
        .addColumn('due_at', 'bigint', required)
        .addColumn('status', 'text', required)
        .addColumn('reason', 'text')
        .addColumn('message_id', 'text')
        .addColumn('created_at', 'bigint', required)
        .addColumn('settled_at', 'bigint')
        .addPrimaryKeyConstraint('reminders_pk', ['tenant', 'id']),
    ),
    // At most one reminder of a conversation is pending.
    index(schema, 'reminders_pending', 'reminders', ['tenant', 'conversation_id'])
      .unique()
      .where('status', '=', literal('pending')),
    index(schema, 'reminders_of_conversation', 'reminders', ['tenant', 'conversation_id', ...NEWEST]),

    narrowTable(
      schema
        .createTable('tickets')
        .addColumn('tenant', 'text', required)
        .addColumn('id', 'text', required)
        .addColumn('conversation_id', 'text', required)
        .addColumn('client_id', 'text', required)
        .addColumn('message_id', 'text')
        .addColumn('attachments', 'text', required)
        .addColumn('rule', 'text', required)
        .addColumn('reason', 'text', required)
        .addColumn('priority', 'text', required)
        .addColumn('status', 'text', required)
        .addColumn('assignee', 'text')
        .addColumn('repeats', 'bigint', required)
        .addColumn('responded_at', 'bigint')
        .addColumn('resolved_at', 'bigint')
        .addColumn('pauses', 'text', required)
        .addColumn('breaches', 'text', required)
        .addColumn('created_at', 'bigint', required)
        .addColumn('updated_at', 'bigint', required)
        .addPrimaryKeyConstraint('tickets_pk', ['tenant', 'id']),
    ),
    index(schema, 'tickets_newest', 'tickets', ['tenant', ...NEWEST]),
    index(schema, 'tickets_by_status', 'tickets', ['tenant', 'status', ...NEWEST]),
    index(schema, 'tickets_by_priority', 'tickets', ['tenant', 'priority', ...NEWEST]),
    index(schema, 'tickets_of_conversation', 'tickets', ['tenant', 'conversation_id', ...NEWEST]),
    // Those that nobody has: few, however many there were.
    index(schema, 'tickets_queue', 'tickets', ['tenant', 'priority', ...NEWEST])
      .where('status', '=', literal('open'))
      .where('assignee', 'is', null),

    narrowTable(
      schema
        .createTable('notes')
        .addColumn('tenant', 'text', required)
        .addColumn('id', 'text', required)
        .addColumn('conversation_id', 'text', required)
        .addColumn('ticket_id', 'text')
        .addColumn('operator_id', 'text', required)
        .addColumn('text', 'text', required)
        .addColumn('created_at', 'bigint', required)
        .addPrimaryKeyConstraint('notes_pk', ['tenant', 'id']),
    ),
    index(schema, 'notes_of_conversation', 'notes', ['tenant', 'conversation_id', ...NEWEST]),

    narrowTable(
      schema
        .createTable('templates')
        .addColumn('tenant', 'text', required)
        .addColumn('key', 'text', required)
        .addColumn('locale', 'text', required)
        .addColumn('text', 'text', required)
        .addColumn('updated_at', 'bigint', required)
        .addPrimaryKeyConstraint('templates_pk', ['tenant', 'key', 'locale']),
    ),

    narrowTable(
      schema
        .createTable('events')
        .addColumn('tenant', 'text', required)
        .addColumn('seq', 'bigint', required)
        .addColumn('type', 'text', required)
        .addColumn('at', 'bigint', required)
        .addColumn('conversation_id', 'text')
        .addColumn('data', 'text', required)
        .addPrimaryKeyConstraint('events_pk', ['tenant', 'seq']),
    ),
    // For removing a conversation, which takes its entries out of the middle of the feed.
    index(schema, 'events_of_conversation', 'events', ['tenant', 'conversation_id']),
  ],
};

const NEWEST = ['created_at', 'id'] as const;
