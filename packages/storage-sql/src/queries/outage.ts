import { sql, type Kysely } from 'kysely';
import type { Define } from '../statement';
import type { Database } from '../tables';

interface ReportParams {
  readonly tenant: string;
  readonly minute: number;
  readonly scenario: string;
  readonly clientId: string;
  readonly region: string | null;
  readonly messageId: string;
}

/** What clients report, and how far that is judged. */
export function outageQueries(define: Define) {
  return {
    /** Counts a client once; what was judged already stays as it was judged. */
    report: define((db, p: ReportParams) =>
      db
        .insertInto('outage_reports')
        .values((eb) => ({
          tenant: p.tenant,
          minute: p.minute,
          scenario: p.scenario,
          client_id: p.clientId,
          region: p.region,
          messages: eb.lit(1),
          message_id: p.messageId,
          judged_in: null,
        }))
        .onConflict((conflict) =>
          conflict
            .columns(['tenant', 'minute', 'scenario', 'client_id'])
            .doUpdateSet((eb) => ({ messages: eb('outage_reports.messages', '+', eb.lit(1)) }))
            .where('outage_reports.judged_in', 'is', null),
        ),
    ),

    begin: define((db, p: { tenant: string }) =>
      db
        .insertInto('outage_state')
        .values((eb) => ({ tenant: p.tenant, version: eb.lit(0), lease_until: eb.lit(0) }))
        .onConflict((conflict) => conflict.columns(['tenant']).doNothing()),
    ),

    /** No row comes back where somebody else holds the right, or there is nothing to judge. */
    take: define((db, p: { tenant: string; token: string; until: number; now: number; minute: number }) =>
      db
        .updateTable('outage_state')
        .set({ token: p.token, lease_until: p.until })
        .where('tenant', '=', p.tenant)
        .where((eb) => eb.or([eb('token', 'is', null), eb('token', '=', p.token), eb('lease_until', '<=', p.now)]))
        .where((eb) => eb.or([eb('judged', 'is', null), eb('judged', '<', p.minute)]))
        .returning(['version', 'judged']),
    ),

    state: define((db, p: { tenant: string }) =>
      db.selectFrom('outage_state').selectAll().where('tenant', '=', p.tenant),
    ),

    holder: define((db, p: { tenant: string }) =>
      db.selectFrom('outage_state').select(['token', 'lease_until', 'version']).where('tenant', '=', p.tenant),
    ),

    finish: define((db, p: { tenant: string; token: string; minute: number; snapshot: string | null }) =>
      db
        .updateTable('outage_state')
        .set((eb) => ({
          version: eb('version', '+', eb.lit(1)),
          judged: p.minute,
          snapshot: sql<string | null>`coalesce(${p.snapshot}, snapshot)`,
          token: null,
          lease_until: eb.lit(0),
        }))
        .where('tenant', '=', p.tenant)
        .where('token', '=', p.token),
    ),

    /** Marks what was never judged as taken; `judged` is −1 where nothing ever was. */
    mark: define((db, p: { tenant: string; minute: number; judged: number }) =>
      db
        .updateTable('outage_reports')
        .set({ judged_in: p.minute })
        .where('tenant', '=', p.tenant)
        .where('minute', '<=', p.minute)
        .where((eb) => eb.or([eb('judged_in', 'is', null), eb('judged_in', '>', p.judged)])),
    ),

    taken: define((db, p: { tenant: string; minute: number }) =>
      withText(db)
        .where('r.tenant', '=', p.tenant)
        .where('r.judged_in', '=', p.minute)
        .orderBy('r.minute')
        .orderBy('r.scenario')
        .orderBy('r.client_id'),
    ),

    judged: define((db, p: { tenant: string; judged: number }) =>
      withText(db)
        .where('r.tenant', '=', p.tenant)
        .where('r.judged_in', '<=', p.judged)
        .orderBy('r.judged_in')
        .orderBy('r.minute')
        .orderBy('r.scenario')
        .orderBy('r.client_id'),
    ),

    removeJudged: define((db, p: { tenant: string; minute: number }) =>
      db.deleteFrom('outage_reports').where('tenant', '=', p.tenant).where('judged_in', '<=', p.minute),
    ),

    removeOld: define((db, p: { tenant: string; beforeMinute: number }) =>
      db.deleteFrom('outage_reports').where('tenant', '=', p.tenant).where('minute', '<', p.beforeMinute),
    ),

    forget: define((db, p: { tenant: string; clientId: string }) =>
      db.deleteFrom('outage_reports').where('tenant', '=', p.tenant).where('client_id', '=', p.clientId),
    ),
  };
}

function withText(db: Kysely<Database>) {
  return db
    .selectFrom('outage_reports as r')
    .leftJoin('messages as m', (join) => join.onRef('m.tenant', '=', 'r.tenant').onRef('m.id', '=', 'r.message_id'))
    .selectAll('r')
    .select('m.text');
}
