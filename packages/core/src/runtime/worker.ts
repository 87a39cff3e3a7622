import type { WorkKind } from '../ports/storage';
import type { EngineContext } from './context';
import type { Deliverer } from './deliverer';
import type { Processor } from './processor';
import type { Reminders } from './reminders';

/** What one `tick` did. */
export interface TickResult {
  /** Lanes of undecided messages worked off. */
  readonly processed: number;
  /** Reminders looked at. */
  readonly reminded: number;
  /** Delivery attempts made. */
  readonly delivered: number;
}

/** Something that claims due work, begins on it, and can be waited for. */
interface Lane {
  claimDue(): Promise<number>;
  idle(): Promise<void>;
}

/** After a failed claim, so that a storage that is away is not asked in a tight loop. */
const PAUSE_AFTER_ERROR_MS = 1_000;

/**
 * Keeps the due work moving. Each kind of work has its own loop: claim what is due; if there was nothing, sleep until the
 * next due time, a wake-up, or the sweep, whichever comes first. The rows are the truth; a missed wake-up costs one sweep.
 */
export class Worker {
  readonly #context: EngineContext;
  readonly #lanes: Readonly<Record<WorkKind, Lane>>;
  #stopping: AbortController | null = null;
  #loops: Promise<unknown> = Promise.resolve();

  constructor(context: EngineContext, processor: Processor, reminders: Reminders, deliverer: Deliverer) {
    this.#context = context;
    this.#lanes = { process: processor, remind: reminders, deliver: deliverer };
  }

  get running(): boolean {
    return this.#stopping !== null;
  }

  start(): void {
    if (this.#stopping !== null) return;
    const stopping = new AbortController();
    this.#stopping = stopping;
    const kinds: readonly WorkKind[] = ['process', 'remind', 'deliver'];
    this.#loops = Promise.all(kinds.map((kind) => this.#loop(kind, stopping.signal)));
  }

  /** Stops claiming and waits for everything that was begun. */
  async stop(): Promise<void> {
    this.#stopping?.abort();
    this.#stopping = null;
    await this.#loops;
    await this.idle();
  }

  async idle(): Promise<void> {
    for (const lane of Object.values(this.#lanes)) await lane.idle();
  }

  /** Works off everything that is due now, including what that makes due, and returns. */
  async tick(): Promise<TickResult> {
    const done: Record<WorkKind, number> = { process: 0, remind: 0, deliver: 0 };
    let claimed: number;
    do {
      claimed = 0;
      for (const kind of ['process', 'remind', 'deliver'] as const) {
        const count = await this.#lanes[kind].claimDue();
        await this.#lanes[kind].idle();
        done[kind] += count;
        claimed += count;
      }
    } while (claimed > 0);
    return { processed: done.process, reminded: done.remind, delivered: done.deliver };
  }

  async #loop(kind: WorkKind, signal: AbortSignal): Promise<void> {
    const { clock, storage, tenant, policy, wakeups, logger } = this.#context;
    const wakeup = wakeups.work[kind];
    while (!signal.aborted) {
      const seen = wakeup.count;
      try {
        if ((await this.#lanes[kind].claimDue()) > 0) continue;
        const now = clock.now();
        const due = await storage.nextDueAt({ tenant, kinds: [kind] });
        // Claimable now and yet not claimed: all places are taken, or another process was faster.
        const until = due === null || due <= now ? now + policy.work.sweepMs : Math.min(due, now + policy.work.sweepMs);
        await wakeup.sleep(clock, until, seen, signal);
      } catch (error) {
        const name = error instanceof Error ? error.name : typeof error;
        logger.error({ kind, error: name }, 'could not claim due work; trying again');
        await wakeup.sleep(clock, clock.now() + PAUSE_AFTER_ERROR_MS, wakeup.count, signal);
      }
    }
  }
}
