import type { Clock } from './clock';
import type { Logger } from './logger';
import type { PartStatus } from './part-status';
import type { WorkKind } from './storage-work';

/** What a dispatcher gets to drive: the due work of one tenant, as this process can work it off. */
export interface DispatchedWork {
  readonly tenant: string;
  readonly kinds: readonly WorkKind[];
  /**
   * Claims what is due of this kind and begins on it, batch by batch, until nothing more is due or no place is free.
   * Resolves to when something becomes due next (epoch ms), or `null` where nobody knows better than the sweep. Any number of
   * processes may look at once: each piece is claimed by one. Within a process a kind is looked at by one look at a time, since
   * each takes as much as the process has places for. Rejects where the storage is away; look again later.
   */
  readonly look: (kind: WorkKind) => Promise<number | null>;
  /** `policy.work.sweep`: how long a lost wake-up may hold work up. */
  readonly sweepMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Says when and where to look for due work, and nothing more: the rows of the storage are the truth. A wake-up may come
 * late, twice or never, and no work is lost or done twice; it only waits for the sweep. So a dispatcher has to look at every
 * kind at least once per `sweepMs`, in at least one of the processes; but never twice at once in the same process. It serves
 * one engine. `dispatcherContract` of `@firstline/core/testing` holds one of your own to all of this.
 *
 * Default: `localDispatcher()`, loops in each process.
 */
export interface Dispatcher {
  /** Called once by `engine.start()`. Looks at everything soon: there may be work from before. */
  start(work: DispatchedWork): Promise<void>;
  /**
   * After a commit of this process: something becomes due at `at` (epoch ms). What is told of during a look may have come too
   * late for it: there is one more look after it, for all of that. Comes also where `start` never does, in a process that only
   * accepts messages, and while and after it stops; until it has let go of everything, other processes should be told. Must not
   * throw, nor wait for anything.
   */
  notify(kind: WorkKind, at: number): void;
  /**
   * Looks no more, and lets go of everything. Resolves when the last look has ended; what it began is waited for by the engine.
   * Called by `engine.stop()`, also where `start` never was; repeated calls do nothing.
   */
  stop(): Promise<void>;
  /** As `Cache.status`; `degraded`: this process looks by itself, and others do not hear of what it commits. */
  status?(): PartStatus;
}
