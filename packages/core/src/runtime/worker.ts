import type { WorkKind } from '../ports/storage-work';
import type { EngineContext } from './context';
import type { Deliverer } from './deliverer';
import type { Processor } from './processor';
import type { DueLane } from './due-lane';
import type { Housekeeping } from './housekeeping';

/** What one `tick` did. */
export interface TickResult {
  /** Lanes of undecided messages worked off. */
  readonly processed: number;
  /** Reminders looked at. */
  readonly reminded: number;
  /** Conversations looked at because people were expected to have done something. */
  readonly watched: number;
  /** Delivery attempts made. */
  readonly delivered: number;
}

/** Something that claims due work, begins on it, and can be waited for. */
interface Lane {
  claimDue(): Promise<number>;
  idle(): Promise<void>;
}

/** In the order in which one makes the next due. */
const KINDS: readonly WorkKind[] = ['process', 'remind', 'watch', 'deliver'];
/** After a failed claim, so that a storage that is away is not asked in a tight loop. */
const PAUSE_AFTER_ERROR_MS = 1_000;

/**
 * Keeps the due work moving. Each kind of work has its own loop: claim what is due; if there was nothing, sleep until the
 * next due time, a wake-up, or the sweep, whichever comes first. The rows are the truth; a missed wake-up costs one sweep.
 */
export class Worker {
  readonly #context: EngineContext;
  readonly #lanes: Readonly<Record<WorkKind, Lane>> & { readonly deliver: Deliverer };
  readonly #housekeeping: Housekeeping;
  #stopping: AbortController | null = null;
  #loops: Promise<unknown> = Promise.resolve();

  constructor(
    context: EngineContext,
    lanes: {
      readonly process: Processor;
      readonly remind: DueLane;
      readonly watch: DueLane;
      readonly deliver: Deliverer;
    },
    housekeeping: Housekeeping,
  ) {
    this.#context = context;
    this.#lanes = lanes;
    this.#housekeeping = housekeeping;
  }

  get running(): boolean {
    return this.#stopping !== null;
  }

  start(): void {
    if (this.#stopping !== null) return;
    const stopping = new AbortController();
    this.#stopping = stopping;
    this.#loops = Promise.all([
      ...KINDS.map((kind) => this.#loop(kind, stopping.signal)),
      this.#housekeeping.loop(stopping.signal),
    ]);
  }

  /** Stops claiming and waits for everything that was begun. */
  async stop(): Promise<void> {
    this.#stopping?.abort();
    this.#stopping = null;
    await this.#loops;
    await this.idle();
    await this.#lanes.deliver.close();
  }

  async idle(): Promise<void> {
    for (const lane of Object.values(this.#lanes)) await lane.idle();
  }

  /** Works off everything that is due now, including what that makes due, and returns. */
  async tick(): Promise<TickResult> {
    const done: Record<WorkKind, number> = { process: 0, remind: 0, watch: 0, deliver: 0 };
    let claimed: number;
    do {
      claimed = 0;
      for (const kind of KINDS) {
        const count = await this.#lanes[kind].claimDue();
        await this.#lanes[kind].idle();
        done[kind] += count;
        claimed += count;
      }
    } while (claimed > 0);
    await this.#housekeeping.runIfDue();
    return { processed: done.process, reminded: done.remind, watched: done.watch, delivered: done.deliver };
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
