// The limit that bench/jobs compares with: one pg transaction per message, written by hand for the rows that Firstline writes
// for a message of a known client, with every statement prepared and nothing checked, decided or classified.
import pg from 'pg';

const ID = '019385c0-0000-7000-8000-';
let counter = 0;
const nextId = () => ID + String((counter += 1)).padStart(12, '0');
const named = new Map();

/** `@name` parameters become numbers, and the text a prepared statement. */
function run(client, text, params) {
  let statement = named.get(text);
  if (statement === undefined) {
    const names = [...new Set([...text.matchAll(/@(\w+)/g)].map(([, name]) => name))];
    const numbered = text.replace(/@(\w+)/g, (_, name) => `$${names.indexOf(name) + 1}`);
    named.set(text, (statement = { name: `hand_${named.size}`, text: numbered, names }));
  }
  const values = statement.names.map((name) => params[name] ?? null);
  return client.query({ name: statement.name, text: statement.text, values });
}

const insert = (table, columns) =>
  `insert into ${table} (${columns.join(', ')}) values (${columns.map((column) => `@${column}`).join(', ')})`;
const KEY = insert('idempotency_keys', ['tenant', 'key', 'fingerprint', 'message_id', 'expires_at']);
const CLIENT = 'select * from clients where tenant = @tenant and id = @client_id';
const FIND =
  'select * from conversations where tenant = @tenant and client_id = @client_id and channel_key = @channel_key ' +
  "and status <> 'closed' for update";
const MESSAGE = insert('messages', [
  ...['tenant', 'id', 'conversation_id', 'client_id', 'seq', 'direction', 'text', 'attachments', 'created_at'],
  ...['decided_at', 'type', 'decision_id', 'send_at', 'locale', 'automated'],
]);
const ARRIVE =
  'update conversations set last_seq = last_seq + 2, inbound_count = inbound_count + 1, last_inbound_at = @at, ' +
  'last_outbound_at = @at, version = version + 1 where tenant = @tenant and id = @conversation_id';
const REMEMBER =
  'update clients set recent = @recent, version = version + 1 where tenant = @tenant and id = @client_id';
const DECISION = insert('decisions', ['tenant', 'id', 'message_id', 'trigger', 'outcome', 'record']);
const DELIVERY = insert('deliveries', [
  ...['tenant', 'id', 'message_id', 'conversation_id', 'client_id', 'transport', 'type', 'seq', 'status'],
  ...['attempts', 'attempts_this_run', 'next_attempt_at', 'created_at', 'open_attempts', 'possible_duplicate'],
]);
const LANE =
  'insert into due_work (tenant, kind, conversation_id, ready_at, claims) values (@tenant, @kind, @conversation_id, @at, 0) ' +
  'on conflict (tenant, kind, conversation_id) do update set ready_at = excluded.ready_at';
const SETTLE =
  "update reminders set status = 'cancelled', reason = 'client_answered', settled_at = @at " +
  "where tenant = @tenant and conversation_id = @conversation_id and status = 'pending'";
const REMINDER = insert('reminders', [
  ...['tenant', 'id', 'conversation_id', 'episode', 'episode_at', 'step', 'scenario', 'due_at', 'status'],
  'created_at',
]);
const EVENT =
  'insert into events (tenant, seq, type, at, conversation_id, data) ' +
  "values (@tenant, nextval('firstline_feed_numbers'), @type, @at, @conversation_id, @data)";
/** With those that begin and end the transaction. */
export const STATEMENTS = 18;

/** Where messages come from: pairs of client and channel. */
export async function handWritten(config, { text, reply, record, recent }, size) {
  const pool = new pg.Pool({ ...config, max: size });
  const { rows } = await pool.query('select client_id, channel_key from conversations order by client_id');
  const write = async (index) => {
    const { client_id, channel_key } = rows[index % rows.length];
    const at = Date.now();
    const client = await pool.connect();
    const [inbound, outbound, decision] = [nextId(), nextId(), nextId()];
    const tenant = 'default';
    try {
      await client.query('begin');
      await run(client, KEY, { tenant, key: `id:${inbound}`, fingerprint: inbound, message_id: inbound });
      await run(client, CLIENT, { tenant, client_id });
      const found = await run(client, FIND, { tenant, client_id, channel_key });
      const { id: conversation_id, last_seq } = found.rows[0];
      const seq = Number(last_seq);
      const of = { tenant, conversation_id, client_id, at };
      const message = { ...of, created_at: at };
      await run(client, MESSAGE, {
        ...message,
        ...{ id: inbound, seq: seq + 1, direction: 'inbound', text, attachments: '[]', decided_at: at, automated: 0 },
      });
      await run(client, MESSAGE, {
        ...message,
        ...{ id: outbound, seq: seq + 2, direction: 'outbound', text: reply, type: 'bot_auto' },
        ...{ decision_id: decision, send_at: at, locale: 'en' },
      });
      await run(client, ARRIVE, of);
      await run(client, REMEMBER, { ...of, recent });
      const about = { tenant, id: decision, message_id: inbound, trigger: 'message', outcome: 'answered' };
      await run(client, DECISION, { ...about, record });
      await run(client, DELIVERY, {
        ...{ ...message, id: nextId(), message_id: outbound, transport: 'none', type: 'bot_auto', seq: seq + 2 },
        ...{ status: 'pending', attempts: 0, attempts_this_run: 0, next_attempt_at: at, open_attempts: 0 },
        ...{ possible_duplicate: 0 },
      });
      await run(client, LANE, { ...of, kind: 'deliver' });
      await run(client, SETTLE, of);
      await run(client, REMINDER, {
        ...{ ...message, id: nextId(), episode: outbound, episode_at: at, step: 0, scenario: 'REFERRAL' },
        ...{ due_at: at + 900_000, status: 'pending' },
      });
      await run(client, LANE, { ...of, kind: 'remind', at: at + 900_000 });
      for (const type of ['message.received', 'message.decided', 'reminder.settled']) {
        const data = JSON.stringify({ messageId: inbound, outcome: 'answered', replies: [outbound] });
        await run(client, EVENT, { ...of, type, data });
      }
      await client.query('commit');
    } finally {
      client.release();
    }
  };
  return { write, end: () => pool.end() };
}
