/** Rows of the tenant that most rows belong to. */
const MANY = 1_000_000;

/**
 * For each index, how many rows share a value of its first column, of its first two, and so on.
 *
 * SQLite guesses, where it knows nothing, that a condition on the first column of a primary key finds few rows. Here that
 * column is the tenant, and most databases have one: the planner would walk through whole tables. SQLite has it that an
 * application whose data it knows better may write these numbers itself instead of measuring a database that is still
 * empty ("Manual control of query plans using SQLITE_STAT tables"). The name of a table stands for its primary key.
 */
const SHARED: Readonly<Record<string, Readonly<Record<string, readonly number[]>>>> = {
  clients: { clients: [MANY, 1] },
  conversations: {
    // Fewer, so that reading all of a tenant goes through the table itself.
    conversations: [MANY / 2, 1],
    conversations_open: [MANY, 2, 1],
    conversations_by_activity: [MANY, 1_000, 1],
    conversations_newest: [MANY, 2, 1],
    conversations_of_client: [MANY, 4, 2, 1],
    conversations_by_status: [MANY, MANY / 4, 2, 1],
    conversations_by_owner: [MANY, MANY / 2, 2, 1],
    conversations_by_owner_and_status: [MANY, MANY / 2, MANY / 5, 2, 1],
    conversations_by_channel: [MANY, 4],
  },
  messages: {
    sqlite_autoindex_messages_1: [MANY, 1],
    messages_history: [MANY, 10, 1],
    messages_undecided: [MANY, 2, 1],
  },
  idempotency_keys: { idempotency_keys: [MANY, 1], idempotency_keys_expiring: [MANY, 2, 1] },
  due_work: {
    due_work: [MANY, Math.round(MANY / 3), 1],
    due_work_ready: [MANY, Math.round(MANY / 3), 2],
    due_work_waiting: [MANY, 4, 2],
  },
  decisions: {
    sqlite_autoindex_decisions_1: [MANY, 1],
    decisions_about_message: [MANY, 1],
    decisions_by_outcome: [MANY, MANY / 2, Math.round(MANY / 6)],
  },
  deliveries: {
    deliveries: [MANY, 1],
    deliveries_pending: [MANY, 2, 1],
    deliveries_newest: [MANY, 2, 1],
    deliveries_by_status: [MANY, Math.round(MANY / 6), 2, 1],
    deliveries_of_conversation: [MANY, 10, 2, 1],
  },
  delivery_attempts: { delivery_attempts: [MANY, 2, 1] },
  reminders: {
    reminders: [MANY, 1],
    reminders_pending: [MANY, 1],
    reminders_of_conversation: [MANY, 4, 2, 1],
  },
  tickets: {
    tickets: [MANY, 1],
    tickets_newest: [MANY, 2, 1],
    tickets_by_status: [MANY, Math.round(MANY / 3), 2, 1],
    tickets_by_priority: [MANY, MANY / 4, 2, 1],
    tickets_of_conversation: [MANY, 2, 2, 1],
    tickets_queue: [MANY, MANY / 4, 2, 1],
  },
  notes: { notes: [MANY, 1], notes_of_conversation: [MANY, 4, 2, 1] },
  templates: { templates: [MANY, 4, 1] },
  outage_reports: {
    outage_reports: [MANY, 200, 20, 1],
    outage_reports_judged: [MANY, 200],
    outage_reports_of_client: [MANY, 4],
  },
  incidents: {
    sqlite_autoindex_incidents_1: [MANY, 1],
    incidents_newest: [MANY, 2, 1],
    incidents_by_status: [MANY, Math.round(MANY / 3), 2, 1],
    incidents_unresolved: [4, 2],
    incidents_resolved: [MANY, 2],
  },
  incident_clients: {
    incident_clients: [MANY, 500, 1],
    incident_clients_in_order: [MANY, 500, 20, 1],
    incident_clients_told: [MANY, 500, 200],
    incident_clients_of_client: [MANY, 3],
  },
  endpoints: {
    endpoints: [MANY, 1],
    endpoints_newest: [MANY, 2, 1],
    endpoints_by_status: [MANY, MANY / 2, 2, 1],
    endpoints_waiting: [MANY, 2],
  },
  events: { events: [MANY, 1], events_of_conversation: [MANY, 10, 1] },
};

/** Statements that tell the planner, also of connections that are opened later. */
export function typicalStatistics(): readonly string[] {
  const tables = Object.keys(SHARED).map((table) => `'${table}'`);
  const rows = Object.entries(SHARED).flatMap(([table, indexes]) =>
    Object.entries(indexes).map(([index, shared]) => `('${table}', '${index}', '${[MANY, ...shared].join(' ')}')`),
  );
  return [
    // Of `sqlite_schema` nothing is measured; it makes the table of statistics, and, at the end, reads it again.
    'analyze sqlite_schema',
    `delete from sqlite_stat1 where tbl in (${tables.join(', ')})`,
    `insert into sqlite_stat1 (tbl, idx, stat) values ${rows.join(', ')}`,
    'analyze sqlite_schema',
  ];
}
