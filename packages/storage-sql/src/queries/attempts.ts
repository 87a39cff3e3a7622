import type { DeliveryAttempt } from '@firstline/core';
import type { Define } from '../statement';

type AttemptEnd = Pick<DeliveryAttempt, 'tenant' | 'deliveryId' | 'number' | 'finishedAt' | 'outcome'> &
  Pick<DeliveryAttempt, 'code' | 'status' | 'detail'>;

export function attemptQueries(define: Define) {
  return {
    begin: define(
      (db, p: { tenant: string; deliveryId: string; number: number; startedAt: number }) =>
        db.insertInto('delivery_attempts').values({
          tenant: p.tenant,
          delivery_id: p.deliveryId,
          number: p.number,
          started_at: p.startedAt,
        }),
      {
        columns: { tenant: 'text', deliveryId: 'text', number: 'bigint', startedAt: 'bigint' },
        build: (db, { table, column }) =>
          db
            .insertInto('delivery_attempts')
            .columns(['tenant', 'delivery_id', 'number', 'started_at'])
            .expression((eb) =>
              eb
                .selectFrom(table)
                .select([
                  column('tenant').as('tenant'),
                  column('deliveryId').as('delivery_id'),
                  column('number').as('number'),
                  column('startedAt').as('started_at'),
                ]),
            ),
      },
    ),

    finish: define(
      (db, p: AttemptEnd) =>
        db
          .updateTable('delivery_attempts')
          .set({
            finished_at: p.finishedAt,
            outcome: p.outcome,
            code: p.code,
            status: p.status,
            detail: p.detail,
          })
          .where('tenant', '=', p.tenant)
          .where('delivery_id', '=', p.deliveryId)
          .where('number', '=', p.number),
      {
        columns: {
          ...{ tenant: 'text', deliveryId: 'text', number: 'bigint', finishedAt: 'bigint', outcome: 'text' },
          ...{ code: 'text', status: 'bigint', detail: 'text' },
        },
        build: (db, { table, column }) =>
          db
            .updateTable('delivery_attempts as a')
            .from(table)
            .set({
              finished_at: column('finishedAt'),
              outcome: column('outcome'),
              code: column('code'),
              status: column('status'),
              detail: column('detail'),
            })
            .where('a.tenant', '=', column('tenant'))
            .where('a.delivery_id', '=', column('deliveryId'))
            .where('a.number', '=', column('number')),
      },
    ),

    list: define((db, p: { tenant: string; deliveryId: string }) =>
      db
        .selectFrom('delivery_attempts')
        .selectAll()
        .where('tenant', '=', p.tenant)
        .where('delivery_id', '=', p.deliveryId)
        .orderBy('number'),
    ),
  };
}
