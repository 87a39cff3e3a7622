import type { StorageCounts } from '../ports/storage-reads';
import type { EngineContext } from './context';

export interface Health {
  /** `unhealthy`: messages cannot be stored. `degraded`: they can, but something else is missing. */
  readonly status: 'healthy' | 'degraded' | 'unhealthy';
  readonly storage: { readonly status: 'healthy' | 'unhealthy' };
  /** Whether `start` was called, and whether anything is due for longer than a minute. */
  readonly worker: { readonly status: 'healthy' | 'degraded'; readonly running: boolean; readonly lateMs: number };
}

export interface Stats extends StorageCounts {
  /** Share of settled deliveries that were sent, in [0, 1]; `null` while none is settled. */
  readonly deliverySuccess: number | null;
}

const LATE_MS = 60_000;

/** Asks the storage whether it answers and how late the due work is. Never rejects. */
export async function health(context: EngineContext, running: boolean): Promise<Health> {
  const { storage, tenant, clock } = context;
  try {
    await storage.ping();
    const due = await storage.nextDueAt({ tenant, kinds: ['process', 'announce', 'remind', 'watch', 'deliver'] });
    const lateMs = due === null ? 0 : Math.max(0, clock.now() - due);
    const worker = running && lateMs < LATE_MS ? ('healthy' as const) : ('degraded' as const);
    return {
      status: worker,
      storage: { status: 'healthy' },
      worker: { status: worker, running, lateMs },
    };
  } catch {
    return {
      status: 'unhealthy',
      storage: { status: 'unhealthy' },
      worker: { status: running ? 'healthy' : 'degraded', running, lateMs: 0 },
    };
  }
}

export async function stats(context: EngineContext): Promise<Stats> {
  const { storage, tenant, clock } = context;
  const counts = await storage.counts({ tenant, now: clock.now() });
  const { sent, dead, expired, unknown } = counts.deliveries;
  const settled = sent + dead + expired + unknown;
  return { ...counts, deliverySuccess: settled === 0 ? null : sent / settled };
}
