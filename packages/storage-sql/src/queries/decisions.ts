import type { DecisionRecord } from '@firstline/core';
import type { Define } from '../statement';

type InsertParams = Pick<DecisionRecord, 'tenant' | 'id' | 'messageId' | 'trigger' | 'outcome'> & {
  readonly record: string;
};

export function decisionQueries(define: Define) {
  return {
    insert: define((db, p: InsertParams) =>
      db.insertInto('decisions').values({
        tenant: p.tenant,
        id: p.id,
        message_id: p.messageId,
        trigger: p.trigger,
        outcome: p.outcome,
        record: p.record,
      }),
    ),

    get: define((db, p: { tenant: string; id: string }) =>
      db.selectFrom('decisions').select('record').where('tenant', '=', p.tenant).where('id', '=', p.id),
    ),
  };
}
