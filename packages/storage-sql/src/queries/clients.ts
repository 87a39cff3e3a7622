import { sql } from 'kysely';
import type { SqlDialect } from '../dialect';
import type { Define } from '../statement';

interface ClientParams {
  readonly tenant: string;
  readonly clientId: string;
}

interface SaveParams extends ClientParams {
  readonly name: string | null;
  readonly locale: string | null;
  readonly region: string | null;
  readonly now: number;
}

interface UpdateParams extends ClientParams {
  readonly expectedVersion: number;
  /** `null`: unchanged. */
  readonly greetedAt: number | null;
  /** JSON; `null`: unchanged. */
  readonly recent: string | null;
}

export function clientQueries(define: Define, dialect: SqlDialect) {
  return {
    /** Makes the client's messages line up behind each other, so that two cannot open a conversation at once. */
    lock: define((db, p: ClientParams) =>
      dialect.lock(
        db.selectFrom('clients').selectAll().where('tenant', '=', p.tenant).where('id', '=', p.clientId),
        'wait',
      ),
    ),

    /** Of these conversations, which are not locked themselves. */
    lockOfConversations: define((db, p: { tenant: string; ids: string }) =>
      dialect.lock(
        db
          .selectFrom('clients')
          .select('id')
          .where('tenant', '=', p.tenant)
          .where('id', 'in', (eb) =>
            eb
              .selectFrom('conversations as c')
              .select('c.client_id')
              .where('c.tenant', '=', p.tenant)
              .where('c.id', dialect.among, dialect.elements(p.ids)),
          )
          .orderBy('id'),
        'wait',
      ),
    ),

    get: define((db, p: ClientParams) =>
      db.selectFrom('clients').selectAll().where('tenant', '=', p.tenant).where('id', '=', p.clientId),
    ),

    /** Creates the client, or overwrites what is told; what is not told (`null`) stays. */
    save: define((db, p: SaveParams) =>
      db
        .insertInto('clients')
        .values({
          tenant: p.tenant,
          id: p.clientId,
          name: p.name,
          locale: p.locale,
          region: p.region,
          greeted_at: null,
          recent: '[]',
          created_at: p.now,
          version: 1,
        })
        .onConflict((conflict) =>
          conflict.columns(['tenant', 'id']).doUpdateSet((eb) => ({
            name: eb.fn.coalesce('excluded.name', 'clients.name'),
            locale: eb.fn.coalesce('excluded.locale', 'clients.locale'),
            region: eb.fn.coalesce('excluded.region', 'clients.region'),
          })),
        )
        .returningAll(),
    ),

    remove: define((db, p: ClientParams) =>
      db.deleteFrom('clients').where('tenant', '=', p.tenant).where('id', '=', p.clientId),
    ),

    update: define((db, p: UpdateParams) =>
      db
        .updateTable('clients')
        .set((eb) => ({
          greeted_at: sql<number | null>`coalesce(${p.greetedAt}, greeted_at)`,
          recent: sql<string>`coalesce(${p.recent}, recent)`,
          version: eb('version', '+', eb.lit(1)),
        }))
        .where('tenant', '=', p.tenant)
        .where('id', '=', p.clientId)
        .where('version', '=', p.expectedVersion),
    ),
  };
}
