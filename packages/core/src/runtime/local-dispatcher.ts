import type { DispatchedWork, Dispatcher } from '../ports/dispatcher';
import type { WorkKind } from '../ports/storage-work';
import { Wakeup } from './wakeup';

/** After a failed look, so that a storage that is away is not asked in a tight loop. */
const PAUSE_AFTER_ERROR_MS = 1_000;

/**
 * A loop for each kind of work in every process: look; then sleep until the next due time, a wake-up, or the sweep, whichever
 * comes first.
 */
export function localDispatcher(): Dispatcher {
  return new LocalDispatcher();
}

class LocalDispatcher implements Dispatcher {
  readonly #wakeups = new Map<WorkKind, Wakeup>();
  #stopping: AbortController | null = null;
  #loops: Promise<unknown> = Promise.resolve();

  async start(work: DispatchedWork): Promise<void> {
    if (this.#stopping !== null) return;
    const stopping = new AbortController();
    this.#stopping = stopping;
    this.#loops = Promise.all(work.kinds.map((kind) => this.#loop(work, kind, stopping.signal)));
  }

  notify(kind: WorkKind, at: number): void {
    this.#wakeup(kind).notify(at);
  }

  async stop(): Promise<void> {
    this.#stopping?.abort();
    this.#stopping = null;
    await this.#loops;
  }

  #wakeup(kind: WorkKind): Wakeup {
    const known = this.#wakeups.get(kind) ?? new Wakeup();
    this.#wakeups.set(kind, known);
    return known;
  }

  async #loop({ look, sweepMs, clock, logger }: DispatchedWork, kind: WorkKind, signal: AbortSignal): Promise<void> {
    const wakeup = this.#wakeup(kind);
    while (!signal.aborted) {
      const seen = wakeup.count;
      try {
        const next = await look(kind);
        const sweepAt = clock.now() + sweepMs;
        await wakeup.sleep(clock, next === null ? sweepAt : Math.min(next, sweepAt), seen, signal);
      } catch (error) {
        const name = error instanceof Error ? error.name : typeof error;
        logger.error({ kind, error: name }, 'could not claim due work; trying again');
        await wakeup.sleep(clock, clock.now() + PAUSE_AFTER_ERROR_MS, wakeup.count, signal);
      }
    }
  }
}
