import { literal } from '../literal';
import type { Define } from '../statement';

interface TenantParams {
  readonly tenant: string;
}

/** These look at every row of the tenant, for the most part in an index only. */
export function countQueries(define: Define) {
  return {
    clients: define((db, p: TenantParams) =>
      db
        .selectFrom('clients')
        .select((eb) => eb.fn.countAll<number>().as('count'))
        .where('tenant', '=', p.tenant),
    ),

    conversations: define((db, p: TenantParams) =>
      db
        .selectFrom('conversations')
        .select((eb) => ['status as key', eb.fn.countAll<number>().as('count')])
        .where('tenant', '=', p.tenant)
        .groupBy('status'),
    ),

    messages: define((db, p: TenantParams) =>
      db
        .selectFrom('conversations')
        .select((eb) => [
          eb.fn.sum<number | null>('last_seq').as('messages'),
          eb.fn.sum<number | null>('inbound_count').as('inbound'),
        ])
        .where('tenant', '=', p.tenant),
    ),

    decisions: define((db, p: TenantParams) =>
      db
        .selectFrom('decisions')
        .select((eb) => ['outcome as key', eb.fn.countAll<number>().as('count')])
        .where('tenant', '=', p.tenant)
        .where('trigger', '=', literal('message'))
        .groupBy('outcome'),
    ),

    tickets: define((db, p: TenantParams) =>
      db
        .selectFrom('tickets')
        .select((eb) => ['status as key', eb.fn.countAll<number>().as('count')])
        .where('tenant', '=', p.tenant)
        .groupBy('status'),
    ),

    incidents: define((db, p: TenantParams) =>
      db
        .selectFrom('incidents')
        .select((eb) => ['status as key', eb.fn.countAll<number>().as('count')])
        .where('tenant', '=', p.tenant)
        .groupBy('status'),
    ),

    deliveries: define((db, p: TenantParams) =>
      db
        .selectFrom('deliveries')
        .select((eb) => ['status as key', eb.fn.countAll<number>().as('count')])
        .where('tenant', '=', p.tenant)
        .groupBy('status'),
    ),

    reminders: define((db, p: TenantParams) =>
      db
        .selectFrom('reminders')
        .select((eb) => ['status as key', eb.fn.countAll<number>().as('count')])
        .where('tenant', '=', p.tenant)
        .groupBy('status'),
    ),

    work: define((db, p: TenantParams & { readonly now: number }) =>
      db
        .selectFrom('due_work')
        .select((eb) => ['kind as key', eb.fn.countAll<number>().as('count')])
        .where('tenant', '=', p.tenant)
        .where((eb) => eb.or([eb('ready_at', '<=', p.now), eb('token', 'is not', null)]))
        .groupBy('kind'),
    ),
  };
}
