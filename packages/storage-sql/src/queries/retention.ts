import type { Kysely } from 'kysely';
import type { SqlDialect } from '../dialect';
import { literal } from '../literal';
import type { Define } from '../statement';
import type { Database } from '../tables';
import { KINDS } from './removal';

interface OldParams {
  readonly tenant: string;
  readonly before: number;
  /** The day `before` is in, see `active_on`. */
  readonly day: number;
}

/** What is old enough to go, at most so much of it. */
export function retentionQueries(define: Define, dialect: SqlDialect) {
  return {
    conversations: define((db, p: OldParams & { readonly limit: number }) =>
      old(db, p).orderBy('conversations.active_on').limit(p.limit),
    ),

    stillOld: define((db, p: OldParams & { readonly ids: string }) =>
      old(db, p).where('conversations.id', dialect.among, dialect.elements(p.ids)),
    ),

    lockClients: define((db, p: { tenant: string; ids: string }) =>
      dialect.lock(
        db
          .selectFrom('clients')
          .select('id')
          .where('tenant', '=', p.tenant)
          .where('id', dialect.among, dialect.elements(p.ids)),
        'skip',
      ),
    ),

    lockConversations: define((db, p: { tenant: string; ids: string }) =>
      dialect.lock(
        db
          .selectFrom('conversations')
          .select('id')
          .where('tenant', '=', p.tenant)
          .where('id', dialect.among, dialect.elements(p.ids)),
        'skip',
      ),
    ),

    /** Those of the clients that have no conversation left. */
    clients: define((db, p: { tenant: string; ids: string }) =>
      db
        .deleteFrom('clients')
        .where('tenant', '=', p.tenant)
        .where('id', dialect.among, dialect.elements(p.ids))
        .where((eb) =>
          eb.not(
            eb.exists(
              eb
                .selectFrom('conversations as c')
                .select('c.id')
                .where('c.tenant', '=', p.tenant)
                .whereRef('c.client_id', '=', 'clients.id'),
            ),
          ),
        ),
    ),

    /** The first entries of the feed. */
    events: define((db, p: { tenant: string; limit: number }) =>
      db.selectFrom('events').select(['seq', 'at']).where('tenant', '=', p.tenant).orderBy('seq').limit(p.limit),
    ),

    eventsUpTo: define((db, p: { tenant: string; seq: number }) =>
      db.deleteFrom('events').where('tenant', '=', p.tenant).where('seq', '<=', p.seq),
    ),

    idempotencyKeys: define((db, p: { tenant: string; now: number; limit: number }) =>
      db
        .deleteFrom('idempotency_keys')
        .where('tenant', '=', p.tenant)
        .where('key', 'in', (eb) =>
          eb
            .selectFrom('idempotency_keys as k')
            .select('k.key')
            .where('k.tenant', '=', p.tenant)
            .where('k.expires_at', '<', p.now)
            .orderBy('k.expires_at')
            .limit(p.limit),
        )
        // Asked again for databases in which somebody may claim it anew between finding and removing.
        .where('expires_at', '<', p.now),
    ),
  };
}

/** Those that nobody has anything to do with any more. */
function old(db: Kysely<Database>, p: OldParams) {
  return db
    .selectFrom('conversations')
    .select(['conversations.id', 'conversations.client_id'])
    .where('conversations.tenant', '=', p.tenant)
    .where('conversations.active_on', '<=', p.day)
    .where('conversations.last_inbound_at', '<', p.before)
    .where((eb) =>
      eb.or([eb('conversations.last_outbound_at', 'is', null), eb('conversations.last_outbound_at', '<', p.before)]),
    )
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('due_work as w')
            .select('w.kind')
            .where('w.tenant', '=', p.tenant)
            .where('w.kind', 'in', KINDS)
            .whereRef('w.conversation_id', '=', 'conversations.id'),
        ),
      ),
    )
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('tickets as t')
            .select('t.id')
            .where('t.tenant', '=', p.tenant)
            .whereRef('t.conversation_id', '=', 'conversations.id')
            .where('t.status', '<>', literal('resolved')),
        ),
      ),
    );
}
