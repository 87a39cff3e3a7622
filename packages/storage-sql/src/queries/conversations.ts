import type { ConversationStatus, Owner, WorkKind } from '@firstline/core';
import { sql, type ExpressionBuilder, type Kysely, type SelectQueryBuilder } from 'kysely';
import type { SqlDialect } from '../dialect';
import { literal } from '../literal';
import { newestFirst, type NewestParams } from '../newest-first';
import type { Define } from '../statement';
import type { Database } from '../tables';

interface AppendParams {
  readonly tenant: string;
  readonly clientId: string;
  /** When the client was heard; `null`: this was a machine. */
  readonly heardAt: number | null;
  readonly messageId: string;
  /** The key that the message must hold; `null`: it needs none. */
  readonly idempotencyKey: string | null;
}

interface OpenParams {
  readonly tenant: string;
  readonly clientId: string;
  readonly now: number;
  readonly id: string;
  readonly channel: string | null;
  readonly channelKey: string | null;
  readonly locale: string | null;
  readonly today: number;
}

interface AdvanceParams {
  readonly tenant: string;
  readonly conversationId: string;
  readonly expectedVersion: number;
  /** Messages about to be appended. */
  readonly added: number;
  readonly lastOutboundAt: number | null;
}

interface DetailParams {
  readonly tenant: string;
  readonly id: string;
  readonly operatorId: string | null;
  readonly ticketId: string | null;
  readonly awaiting: string | null;
  readonly attendBy: number | null;
  readonly locale: string | null;
  readonly closedAt: number | null;
}

interface MoveParams {
  readonly tenant: string;
  readonly id: string;
  readonly channel: string;
}

interface ListParams extends NewestParams {
  readonly clientId: string;
  readonly owner: Owner;
  readonly status: ConversationStatus;
}

export function conversationQueries(define: Define, dialect: SqlDialect) {
  return {
    /** Numbers a new message in the client's open conversation on a channel. */
    appendOnChannel: define((db, p: AppendParams & { readonly channelKey: string }) =>
      append(db, p, (eb) => openOfClient(eb, p).where('channel_key', '=', p.channelKey)),
    ),

    /** The same in the one that has no channel yet, and gives it this channel. */
    appendTakingChannel: define((db, p: AppendParams & { readonly channel: string; readonly channelKey: string }) =>
      append(db, p, (eb) => openOfClient(eb, p).where('channel_key', 'is', null)).set({
        channel: p.channel,
        channel_key: p.channelKey,
      }),
    ),

    /** The same in the one the client wrote to last, whatever its channel. */
    appendToLatest: define((db, p: AppendParams) =>
      append(db, p, (eb) =>
        openOfClient(eb, p).orderBy('last_inbound_at', 'desc').orderBy('id', 'desc').limit(sql.lit(1)),
      ),
    ),

    open: define((db, p: OpenParams) =>
      db
        .insertInto('conversations')
        .values({
          tenant: p.tenant,
          id: p.id,
          client_id: p.clientId,
          channel: p.channel,
          channel_key: p.channelKey,
          locale: p.locale,
          owner: 'bot',
          status: 'open',
          operator_id: null,
          ticket_id: null,
          awaiting: null,
          last_seq: 1,
          inbound_count: 1,
          created_at: p.now,
          last_inbound_at: p.now,
          last_outbound_at: null,
          active_on: p.today,
          closed_at: null,
          version: 1,
        })
        .returningAll(),
    ),

    advance: define((db, p: AdvanceParams) => advance(db, p).returningAll()),

    /** The same under a lease; no row comes back as well where somebody else holds the lane. */
    advanceLeased: define((db, p: AdvanceParams & { readonly kind: WorkKind; token: string }) =>
      advance(db, p)
        .where((eb) =>
          eb.exists(
            eb
              .selectFrom('due_work')
              .select(sql.lit(1).as('held'))
              .where('tenant', '=', p.tenant)
              .where('kind', '=', p.kind)
              .where('conversation_id', '=', p.conversationId)
              .where('token', '=', p.token),
          ),
        )
        .returningAll(),
    ),

    setStage: define((db, p: { tenant: string; id: string; owner: Owner; status: ConversationStatus }) =>
      db
        .updateTable('conversations')
        .set({ owner: p.owner, status: p.status })
        .where('tenant', '=', p.tenant)
        .where('id', '=', p.id),
    ),

    /** Apart from `setStage`, since none of these columns is in an index. */
    setDetails: define((db, p: DetailParams) =>
      db
        .updateTable('conversations')
        .set({
          operator_id: p.operatorId,
          ticket_id: p.ticketId,
          awaiting: p.awaiting,
          attend_by: p.attendBy,
          locale: p.locale,
          closed_at: p.closedAt,
        })
        .where('tenant', '=', p.tenant)
        .where('id', '=', p.id),
    ),

    setActive: define((db, p: { tenant: string; id: string; today: number }) =>
      db.updateTable('conversations').set({ active_on: p.today }).where('tenant', '=', p.tenant).where('id', '=', p.id),
    ),

    /** Not where the client has another open conversation on the new channel. */
    move: define((db, p: MoveParams & { readonly channelKey: string }) =>
      db
        .updateTable('conversations')
        .set({ channel: p.channel, channel_key: p.channelKey })
        .where('tenant', '=', p.tenant)
        .where('id', '=', p.id)
        .where((eb) =>
          eb.or([
            eb('status', '=', literal('closed')),
            eb.not(
              eb.exists(
                eb
                  .selectFrom('conversations as o')
                  .select('o.id')
                  .where('o.tenant', '=', p.tenant)
                  .whereRef('o.client_id', '=', 'conversations.client_id')
                  .where('o.channel_key', '=', p.channelKey)
                  .where('o.status', '<>', literal('closed')),
              ),
            ),
          ]),
        ),
    ),

    /** Sends what is said in it somewhere else, and leaves the key by which it is found. */
    redirect: define((db, p: MoveParams) =>
      db.updateTable('conversations').set({ channel: p.channel }).where('tenant', '=', p.tenant).where('id', '=', p.id),
    ),

    get: define((db, p: { tenant: string; id: string }) =>
      db.selectFrom('conversations').selectAll().where('tenant', '=', p.tenant).where('id', '=', p.id),
    ),

    many: define((db, p: { tenant: string; ids: string }) =>
      db
        .selectFrom('conversations')
        .selectAll()
        .where('tenant', '=', p.tenant)
        .where('id', dialect.among, dialect.elements(p.ids)),
    ),

    channelKeys: define((db, p: { tenant: string; ids: string }) =>
      db
        .selectFrom('conversations')
        .select('channel_key')
        .where('tenant', '=', p.tenant)
        .where('id', dialect.among, dialect.elements(p.ids)),
    ),

    /** Those of a client, in the order they came. Whoever holds the client's lock meets no new ones. */
    lockOfClient: define((db, p: { tenant: string; clientId: string }) =>
      dialect.lock(
        db
          .selectFrom('conversations')
          .selectAll()
          .where('tenant', '=', p.tenant)
          .where('client_id', '=', p.clientId)
          .orderBy('created_at')
          .orderBy('id'),
        'wait',
      ),
    ),

    clientsOf: define((db, p: { tenant: string; ids: string }) =>
      db
        .selectFrom('conversations')
        .innerJoin('clients', (join) =>
          join.onRef('clients.tenant', '=', 'conversations.tenant').onRef('clients.id', '=', 'conversations.client_id'),
        )
        .selectAll('clients')
        .distinct()
        .where('conversations.tenant', '=', p.tenant)
        .where('conversations.id', dialect.among, dialect.elements(p.ids)),
    ),

    list: newestFirst(['clientId', 'owner', 'status'], (given) =>
      define((db, p: ListParams) => {
        let query = db.selectFrom('conversations').selectAll().where('tenant', '=', p.tenant);
        if (given.clientId) query = query.where('client_id', '=', p.clientId);
        if (given.owner) query = query.where('owner', '=', p.owner);
        if (given.status) query = query.where('status', '=', p.status);
        return query
          .where((eb) => eb(eb.refTuple('created_at', 'id'), '<', eb.tuple(p.beforeAt, p.beforeId)))
          .orderBy('created_at', 'desc')
          .orderBy('id', 'desc')
          .limit(p.limit);
      }),
    ),
  };
}

/** Where another one holds the key, nothing is numbered, and nobody has to ask before. */
function claimed(eb: ExpressionBuilder<Database, 'conversations'>, p: AppendParams) {
  return eb.or([
    sql<boolean>`cast(${p.idempotencyKey} as text) is null`,
    eb.exists(
      eb
        .selectFrom('idempotency_keys as k')
        .select('k.key')
        .where('k.tenant', '=', p.tenant)
        .where('k.key', '=', p.idempotencyKey)
        .where('k.message_id', '=', p.messageId),
    ),
  ]);
}

function openOfClient(eb: ExpressionBuilder<Database, 'conversations'>, p: AppendParams) {
  return eb
    .selectFrom('conversations')
    .select('id')
    .where('tenant', '=', p.tenant)
    .where('client_id', '=', p.clientId)
    .where('status', '<>', literal('closed'));
}

function append(
  db: Kysely<Database>,
  p: AppendParams,
  found: (
    eb: ExpressionBuilder<Database, 'conversations'>,
  ) => SelectQueryBuilder<Database, 'conversations', { id: string }>,
) {
  return (
    db
      .updateTable('conversations')
      .set((eb) => ({
        last_seq: eb('last_seq', '+', eb.lit(1)),
        inbound_count: eb('inbound_count', '+', eb.lit(1)),
        last_inbound_at: sql<number>`coalesce(${p.heardAt}, last_inbound_at)`,
      }))
      .where('tenant', '=', p.tenant)
      .where('id', '=', found)
      // Asked again for databases in which somebody may close it between finding and writing.
      .where('status', '<>', literal('closed'))
      .where((eb) => claimed(eb, p))
      .returningAll()
  );
}

function advance(db: Kysely<Database>, p: AdvanceParams) {
  return db
    .updateTable('conversations')
    .set((eb) => ({
      version: eb('version', '+', eb.lit(1)),
      last_seq: eb('last_seq', '+', p.added),
      last_outbound_at: eb.fn.coalesce(eb.val(p.lastOutboundAt), 'last_outbound_at'),
    }))
    .where('tenant', '=', p.tenant)
    .where('id', '=', p.conversationId)
    .where('version', '=', p.expectedVersion);
}
