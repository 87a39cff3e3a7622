import type { Define } from '../statement';

interface ClaimParams {
  readonly tenant: string;
  readonly key: string;
  readonly fingerprint: string;
  readonly messageId: string;
  readonly expiresAt: number | null;
  readonly now: number;
}

export function idempotencyKeyQueries(define: Define) {
  return {
    /** Claims a key that is free or whose claim has run out; no row is written where one is in force. */
    claim: define((db, p: ClaimParams) =>
      db
        .insertInto('idempotency_keys')
        .values({
          tenant: p.tenant,
          key: p.key,
          fingerprint: p.fingerprint,
          message_id: p.messageId,
          expires_at: p.expiresAt,
        })
        .onConflict((conflict) =>
          conflict
            .columns(['tenant', 'key'])
            .doUpdateSet((eb) => ({
              fingerprint: eb.ref('excluded.fingerprint'),
              message_id: eb.ref('excluded.message_id'),
              expires_at: eb.ref('excluded.expires_at'),
            }))
            .where('idempotency_keys.expires_at', '<=', p.now),
        ),
    ),

    get: define((db, p: { tenant: string; key: string }) =>
      db.selectFrom('idempotency_keys').selectAll().where('tenant', '=', p.tenant).where('key', '=', p.key),
    ),
  };
}
