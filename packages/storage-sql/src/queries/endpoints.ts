import type { Endpoint, EndpointStatus } from '@firstline/core';
import type { SqlDialect } from '../dialect';
import { literal } from '../literal';
import { newestFirst, type NewestParams } from '../newest-first';
import type { Define } from '../statement';

interface ListParams extends NewestParams {
  readonly status: EndpointStatus;
}

type Row = Pick<Endpoint, 'tenant' | 'key' | 'status' | 'waitUntil' | 'version'> & { readonly record: string };

export function endpointQueries(define: Define, dialect: SqlDialect) {
  return {
    many: define((db, p: { tenant: string; keys: string }) =>
      db
        .selectFrom('endpoints')
        .select('record')
        .where('tenant', '=', p.tenant)
        .where('id', dialect.among, dialect.elements(p.keys)),
    ),

    /** Which versions they are, and stay until the transaction ends. In one order for everybody. */
    keep: define((db, p: { tenant: string; keys: string }) =>
      dialect.lock(
        db
          .selectFrom('endpoints')
          .select(['id', 'version'])
          .where('tenant', '=', p.tenant)
          .where('id', dialect.among, dialect.elements(p.keys))
          .orderBy('id'),
        'share',
      ),
    ),

    /** Nothing is written where there is one. */
    insert: define((db, p: Row & { readonly createdAt: number }) =>
      db
        .insertInto('endpoints')
        .values({
          tenant: p.tenant,
          id: p.key,
          status: p.status,
          wait_until: p.waitUntil,
          record: p.record,
          created_at: p.createdAt,
          version: p.version,
        })
        .onConflict((conflict) => conflict.columns(['tenant', 'id']).doNothing()),
    ),

    /** Nothing is written where the version is another one by now. */
    update: define((db, p: Row & { readonly expectedVersion: number }) =>
      db
        .updateTable('endpoints')
        .set({ status: p.status, wait_until: p.waitUntil, record: p.record, version: p.version })
        .where('tenant', '=', p.tenant)
        .where('id', '=', p.key)
        .where('version', '=', p.expectedVersion),
    ),

    list: newestFirst(['status'], (given) =>
      define((db, p: ListParams) => {
        let query = db.selectFrom('endpoints').selectAll().where('tenant', '=', p.tenant);
        if (given.status) query = query.where('status', '=', p.status);
        return query
          .where((eb) => eb(eb.refTuple('created_at', 'id'), '<', eb.tuple(p.beforeAt, p.beforeId)))
          .orderBy('created_at', 'desc')
          .orderBy('id', 'desc')
          .limit(p.limit);
      }),
    ),

    waiting: define((db, p: { tenant: string; now: number; limit: number }) =>
      db
        .selectFrom('endpoints')
        .select('record')
        .where('tenant', '=', p.tenant)
        .where('wait_until', '>', p.now)
        .orderBy('wait_until')
        .orderBy('created_at')
        .orderBy('id')
        .limit(p.limit),
    ),

    disabled: define((db, p: { tenant: string; limit: number }) =>
      db
        .selectFrom('endpoints')
        .select('record')
        .where('tenant', '=', p.tenant)
        .where('status', '=', literal('disabled'))
        .orderBy('created_at', 'desc')
        .orderBy('id', 'desc')
        .limit(p.limit),
    ),

    /** Of the keys, those that no conversation has any more. */
    removeLeft: define((db, p: { tenant: string; keys: string }) =>
      db
        .deleteFrom('endpoints')
        .where('tenant', '=', p.tenant)
        .where('id', dialect.among, dialect.elements(p.keys))
        .where((eb) =>
          eb.not(
            eb.exists(
              eb
                .selectFrom('conversations as c')
                .select('c.id')
                .where('c.tenant', '=', p.tenant)
                .whereRef('c.channel_key', '=', 'endpoints.id'),
            ),
          ),
        ),
    ),
  };
}
