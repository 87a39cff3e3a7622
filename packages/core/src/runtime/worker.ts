import type { WorkKind } from '../ports/storage-work';
import type { EngineContext } from './context';
import type { Deliverer } from './deliverer';
import type { Processor } from './processor';
import type { Detection } from './detection';
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
  /** Conversations looked at because an incident has something to say. */
  readonly announced: number;
  /** Incidents that opened, grew or ended. */
  readonly detected: number;
  /** Delivery attempts made. */
  readonly delivered: number;
}

/** Something that claims due work, begins on it, and can be waited for. */
interface Lane {
  claimDue(): Promise<number>;
  idle(): Promise<void>;
}

/** In the order in which one makes the next due. */
const KINDS: readonly WorkKind[] = ['process', 'announce', 'remind', 'watch', 'deliver'];
/**
 * Keeps the due work moving: the dispatcher says when to look for it, this claims it and begins on it. The rows are the
 * truth; a missed wake-up costs one sweep.
 */
export class Worker {
  readonly #context: EngineContext;
  readonly #lanes: Readonly<Record<WorkKind, Lane>> & { readonly deliver: Deliverer };
  readonly #detection: Detection;
  readonly #housekeeping: Housekeeping;
  #stopping: AbortController | null = null;
  #loops: Promise<unknown> = Promise.resolve();

  constructor(
    context: EngineContext,
    lanes: {
      readonly process: Processor;
      readonly remind: DueLane;
      readonly watch: DueLane;
      readonly announce: Lane;
      readonly deliver: Deliverer;
    },
    detection: Detection,
    housekeeping: Housekeeping,
  ) {
    this.#context = context;
    this.#lanes = lanes;
    this.#detection = detection;
    this.#housekeeping = housekeeping;
  }

  get running(): boolean {
    return this.#stopping !== null;
  }

  async start(): Promise<void> {
    if (this.#stopping !== null) return;
    const stopping = new AbortController();
    this.#stopping = stopping;
    this.#loops = Promise.all([this.#detect(stopping.signal), this.#housekeeping.loop(stopping.signal)]);
    const { tenant, clock, logger, policy, dispatcher, wakeups } = this.#context;
    const look = (kind: WorkKind): Promise<number | null> => this.#look(kind);
    try {
      await dispatcher.start({ tenant, kinds: KINDS, look, sweepMs: policy.work.sweepMs, clock, logger });
    } catch (error) {
      // Nothing of it goes on half, and it can be started again.
      stopping.abort();
      this.#stopping = null;
      await this.#loops;
      throw error;
    }
    wakeups.start(KINDS);
  }

  /** Stops claiming and waits for everything that was begun. */
  async stop(): Promise<void> {
    this.#stopping?.abort();
    this.#stopping = null;
    this.#context.wakeups.stop();
    await this.#stopDispatcher();
    await this.#loops;
    await this.idle();
    await this.#lanes.deliver.close();
  }

  /** One that was never started may have been told something. One that fails to stop keeps nothing else from it. */
  async #stopDispatcher(): Promise<void> {
    const { dispatcher, logger } = this.#context;
    try {
      await dispatcher.stop();
    } catch (error) {
      logger.error({ error: error instanceof Error ? error.name : typeof error }, 'the dispatcher did not stop');
    }
  }

  async idle(): Promise<void> {
    for (const lane of Object.values(this.#lanes)) await lane.idle();
    await this.#detection.idle();
  }

  /** Works off everything that is due now, including what that makes due, and returns. */
  async tick(): Promise<TickResult> {
    const done: Record<WorkKind, number> = { process: 0, announce: 0, remind: 0, watch: 0, deliver: 0 };
    let detected = 0;
    let claimed: number;
    do {
      claimed = 0;
      for (const kind of KINDS) {
        const count = await this.#lanes[kind].claimDue();
        await this.#lanes[kind].idle();
        done[kind] += count;
        claimed += count;
        // What was just decided is part of what is judged, and who is told of it is part of what is due.
        if (kind !== 'process') continue;
        const changed = await this.#detection.claimDue();
        detected += changed;
        claimed += changed;
      }
    } while (claimed > 0);
    await this.#housekeeping.runIfDue();
    return {
      ...{ processed: done.process, reminded: done.remind, watched: done.watch },
      ...{ announced: done.announce, detected, delivered: done.deliver },
    };
  }

  async #detect(signal: AbortSignal): Promise<void> {
    const { clock, logger, watchesOutages } = this.#context;
    while (watchesOutages && !signal.aborted) {
      try {
        await this.#detection.claimDue();
      } catch (error) {
        logger.error({ error: error instanceof Error ? error.name : typeof error }, 'could not judge the last minute');
      }
      const now = clock.now();
      await clock.sleep(Math.max(0, this.#detection.nextAt(now) - now), signal);
    }
  }

  async #look(kind: WorkKind): Promise<number | null> {
    const { clock, storage, tenant } = this.#context;
    while (this.running && (await this.#lanes[kind].claimDue()) > 0);
    const due = await storage.nextDueAt({ tenant, kinds: [kind] });
    // Claimable now and yet not claimed: all places are taken, or another process was faster.
    return due === null || due <= clock.now() ? null : due;
  }
}
