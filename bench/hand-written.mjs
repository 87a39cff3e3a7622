// The limit that bench/receive compares with: one better-sqlite3 transaction per message, written by hand for exactly the
// rows that Firstline writes for a message of a known client (see `rowsPerMessage` in receive.mjs, which checks it), with
// every statement prepared once and nothing checked, decided or classified.

const ID = '019385c0-0000-7000-8000-';
let counter = 0;
const nextId = () => ID + String((counter += 1)).padStart(12, '0');

/** @param {import('better-sqlite3').Database} database with Firstline's tables */
export function handWritten(database, { text, reply, record, recent }) {
  const insert = (table, columns) =>
    database.prepare(
      `insert into ${table} (${columns.join(', ')}) values (${columns.map((column) => `@${column}`).join(', ')})`,
    );
  const key = insert('idempotency_keys', ['tenant', 'key', 'fingerprint', 'message_id', 'expires_at']);
  const client = database.prepare('select * from clients where tenant = ? and id = ?');
  const find = database.prepare(
    "select * from conversations where tenant = ? and client_id = ? and channel_key = ? and status <> 'closed'",
  );
  const message = insert('messages', [
    ...['tenant', 'id', 'conversation_id', 'client_id', 'seq', 'direction', 'text', 'attachments', 'created_at'],
    ...['decided_at', 'type', 'decision_id', 'send_at', 'locale', 'automated'],
  ]);
  const arrive = database.prepare(
    'update conversations set last_seq = last_seq + 2, inbound_count = inbound_count + 1, last_inbound_at = @at, ' +
      'last_outbound_at = @at, version = version + 1, locale = @locale where tenant = @tenant and id = @id',
  );
  const remember = database.prepare(
    'update clients set recent = @recent, version = version + 1 where tenant = @tenant and id = @id',
  );
  const decision = insert('decisions', ['tenant', 'id', 'message_id', 'trigger', 'outcome', 'record']);
  const delivery = insert('deliveries', [
    ...['tenant', 'id', 'message_id', 'conversation_id', 'client_id', 'transport', 'type', 'seq', 'status'],
    ...['attempts', 'attempts_this_run', 'next_attempt_at', 'created_at'],
  ]);
  const lane = database.prepare(
    'insert into due_work (tenant, kind, conversation_id, ready_at, claims) values (?, ?, ?, ?, 0) ' +
      'on conflict do update set ready_at = excluded.ready_at',
  );
  const settle = database.prepare(
    "update reminders set status = 'cancelled', reason = 'client_answered', settled_at = @at " +
      "where tenant = @tenant and conversation_id = @id and status = 'pending'",
  );
  const reminder = insert('reminders', [
    ...[
      'tenant',
      'id',
      'conversation_id',
      'episode',
      'episode_at',
      'step',
      'scenario',
      'due_at',
      'status',
      'created_at',
    ],
  ]);
  const lastEvent = database.prepare('select coalesce(max(seq), 0) as seq from events where tenant = ?').pluck();
  const event = insert('events', ['tenant', 'seq', 'type', 'at', 'conversation_id', 'data']);

  return database.transaction((tenant, clientId, channelKey, at) => {
    const inbound = nextId();
    const outbound = nextId();
    const decisionId = nextId();
    key.run({ tenant, key: `id:${inbound}`, fingerprint: inbound, message_id: inbound, expires_at: null });
    client.get(tenant, clientId);
    const conversation = find.get(tenant, clientId, channelKey);
    const { id, last_seq: seq } = conversation;
    const common = { tenant, conversation_id: id, client_id: clientId, created_at: at, locale: null };
    message.run({
      ...common,
      ...{ id: inbound, seq: seq + 1, direction: 'inbound', text, attachments: '[]', decided_at: at },
      ...{ type: null, decision_id: null, send_at: null, automated: 0 },
    });
    message.run({
      ...common,
      ...{ id: outbound, seq: seq + 2, direction: 'outbound', text: reply, attachments: null, decided_at: null },
      ...{ type: 'bot_auto', decision_id: decisionId, send_at: at, automated: null },
    });
    arrive.run({ tenant, id, at, locale: 'en' });
    remember.run({ tenant, id: clientId, recent });
    decision.run({ tenant, id: decisionId, message_id: inbound, trigger: 'message', outcome: 'answered', record });
    delivery.run({
      ...{ tenant, id: nextId(), message_id: outbound, conversation_id: id, client_id: clientId, transport: 'none' },
      ...{ type: 'bot_auto', seq: seq + 2, status: 'pending', attempts: 0, attempts_this_run: 0, next_attempt_at: at },
      ...{ created_at: at },
    });
    lane.run(tenant, 'deliver', id, at);
    settle.run({ tenant, id, at });
    reminder.run({
      ...{
        tenant,
        id: nextId(),
        conversation_id: id,
        episode: outbound,
        episode_at: at,
        step: 0,
        scenario: 'REFERRAL',
      },
      ...{ due_at: at + 900_000, status: 'pending', created_at: at },
    });
    lane.run(tenant, 'remind', id, at + 900_000);
    let place = lastEvent.get(tenant);
    for (const type of ['message.received', 'message.decided', 'reminder.settled']) {
      const data = JSON.stringify({ messageId: inbound, outcome: 'answered', replies: [outbound] });
      event.run({ tenant, seq: (place += 1), type, at, conversation_id: id, data });
    }
  }).immediate;
}
