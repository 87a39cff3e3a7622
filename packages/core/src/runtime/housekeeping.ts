import type { StorageUpkeep } from '../ports/storage-upkeep';
import type { EngineContext } from './context';

/** How many rows of each kind were removed. */
export type PruneResult = Awaited<ReturnType<StorageUpkeep['prune']>>;

const ROWS_AT_ONCE = 500;
const NOTHING: PruneResult = { conversations: 0, clients: 0, events: 0, idempotencyKeys: 0 };

/** Removes what is too old. Any number of processes may do so at once; each takes what the others have left. */
export class Housekeeping {
  readonly #context: EngineContext;
  #nextAt: number | null = null;

  constructor(context: EngineContext) {
    this.#context = context;
  }

  /** Removes everything that is too old now. `operatorId`: who asked for it; `null`: only time. */
  async run(operatorId: string | null = null): Promise<PruneResult> {
    const { storage, tenant, clock, policy } = this.#context;
    const now = clock.now();
    const { conversationsMs, eventsMs } = policy.retention;
    const before = (ms: number | null): number | null => (ms === null ? null : now - ms);
    let sum = NOTHING;
    for (;;) {
      const removed = await storage.prune({
        tenant,
        now,
        conversationsBefore: before(conversationsMs),
        eventsBefore: before(eventsMs),
        limit: ROWS_AT_ONCE,
        operatorId,
      });
      sum = {
        conversations: sum.conversations + removed.conversations,
        clients: sum.clients + removed.clients,
        events: sum.events + removed.events,
        idempotencyKeys: sum.idempotencyKeys + removed.idempotencyKeys,
      };
      if (Object.values(removed).every((count) => count < ROWS_AT_ONCE)) return sum;
    }
  }

  /** The same, as often as `policy.retention.every` says; the first time at once. */
  async runIfDue(): Promise<void> {
    const { clock, policy } = this.#context;
    const now = clock.now();
    if (this.#nextAt !== null && now < this.#nextAt) return;
    this.#nextAt = now + policy.retention.everyMs;
    await this.run();
  }

  /** Until the engine stops. What fails is tried again at the next time; nobody waits for it. */
  async loop(signal: AbortSignal): Promise<void> {
    const { clock, policy, logger } = this.#context;
    while (!signal.aborted) {
      try {
        await this.runIfDue();
      } catch (error) {
        logger.error({ error: error instanceof Error ? error.name : typeof error }, 'could not remove what is too old');
      }
      await clock.sleep((this.#nextAt ?? clock.now() + policy.retention.everyMs) - clock.now(), signal);
    }
  }
}
