import type { PartStatus, PoolStatus } from '../ports/part-status';
import type { Storage } from '../ports/storage';
import type { EngineContext } from './context';

export interface Health {
  /**
   * `unhealthy`: messages cannot be stored. `degraded`: they can, but something else is missing; no reason to end the process
   * or to keep messages from it.
   */
  readonly status: 'healthy' | 'degraded' | 'unhealthy';
  readonly storage: {
    readonly status: 'healthy' | 'unhealthy';
    /** Absent where the storage has no pool, or cannot say. */
    readonly pool?: PoolStatus;
  };
  /** Whether `start` was called, and whether anything is due for longer than a minute. */
  readonly worker: { readonly status: 'healthy' | 'degraded'; readonly running: boolean; readonly lateMs: number };
  /** By what their last calls came to. While one is degraded this process helps itself, and no message fails for it. */
  readonly cache: PartStatus;
  readonly rateLimiter: PartStatus;
  readonly dispatcher: PartStatus;
}

const LATE_MS = 60_000;
const WELL: PartStatus = { status: 'healthy', fault: null, degradedAt: null };
/** What cannot be an address or a password. */
const ONE_WORD = /^[a-z][a-z_-]{0,39}$/;

/** Asks the storage whether it answers and how late the due work is, and nobody else. Never rejects. */
export async function health(context: EngineContext, running: boolean): Promise<Health> {
  const parts = {
    cache: statusOf(context.cache),
    rateLimiter: statusOf(context.rateLimiter),
    dispatcher: statusOf(context.dispatcher),
  };
  const { storage, tenant, clock } = context;
  try {
    await storage.ping();
    const due = await storage.nextDueAt({ tenant, kinds: ['process', 'announce', 'remind', 'watch', 'deliver'] });
    const lateMs = due === null ? 0 : Math.max(0, clock.now() - due);
    const worker = running && lateMs < LATE_MS ? ('healthy' as const) : ('degraded' as const);
    const isDegraded = [worker, ...Object.values(parts).map(({ status }) => status)].includes('degraded');
    return {
      status: isDegraded ? 'degraded' : 'healthy',
      storage: { status: 'healthy', ...poolOf(storage) },
      worker: { status: worker, running, lateMs },
      ...parts,
    };
  } catch {
    return {
      status: 'unhealthy',
      storage: { status: 'unhealthy', ...poolOf(storage) },
      worker: { status: running ? 'healthy' : 'degraded', running, lateMs: 0 },
      ...parts,
    };
  }
}

function poolOf(storage: Storage): { readonly pool?: PoolStatus } {
  try {
    const pool = storage.pool?.() ?? null;
    return pool === null ? {} : { pool };
  } catch {
    return {};
  }
}

/** Whoever cannot say how it is is not well, but a message is stored without it. */
function statusOf(part: { status?(): PartStatus }): PartStatus {
  try {
    const { status, fault, degradedAt } = part.status?.() ?? WELL;
    return { status, fault: fault === null || ONE_WORD.test(fault) ? fault : 'unknown', degradedAt };
  } catch {
    return { status: 'degraded', fault: 'unknown', degradedAt: null };
  }
}
