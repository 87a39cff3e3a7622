import type { EventType } from '@firstline/core';
import type { SqlDialect } from '../dialect';
import type { Define } from '../statement';

interface AppendParams {
  readonly tenant: string;
  readonly type: EventType;
  readonly at: number;
  readonly conversationId: string | null;
  readonly data: string;
}

export function eventQueries(define: Define, { feed }: SqlDialect) {
  const after = define((db, p: { tenant: string; after: number; limit: number }) =>
    db
      .selectFrom('events')
      .selectAll()
      .where('tenant', '=', p.tenant)
      .where('seq', '>', p.after)
      .orderBy('seq')
      .limit(p.limit),
  );
  if (feed.kind === 'concurrent') {
    return {
      kind: feed.kind,
      after,
      appendAll: define((db, p: { tenant: string; entries: string }) => feed.append(db, p)),
      taken: define((db) => db.selectNoFrom(feed.taken.as('seq'))),
      open: define((db) => db.selectNoFrom(feed.open.as('seq'))),
    };
  }
  return {
    kind: feed.kind,
    after,
    append: define((db, p: AppendParams) =>
      db.insertInto('events').values({
        tenant: p.tenant,
        seq: feed.next(p.tenant),
        type: p.type,
        at: p.at,
        conversation_id: p.conversationId,
        data: p.data,
      }),
    ),
  };
}
