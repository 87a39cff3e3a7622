import type { WorkKind } from './storage-work';

/** Something changed that other processes on the same storage may be waiting for. */
export interface StorageSignal {
  readonly tenant: string;
  /** Work that becomes due, by kind: when (epoch ms), at the earliest. Empty: only the feed went on. */
  readonly due: Readonly<Partial<Record<WorkKind, number>>>;
}

/**
 * Tells the processes that share a storage of each other's commits, so that nobody has to ask all the time. Carries no truth: a
 * signal may be lost, late or doubled, and only costs a sweep. Sent after the commit, never within it.
 */
export interface StorageSignals {
  /** Never throws and is not waited for; signals close to each other may be sent as one. */
  send(signal: StorageSignal): void;
  /**
   * Calls `listener` for signals of any tenant until the returned function is called. Those sent through this same object may
   * be left out: whoever sent them has known first. May be called before the storage is open. Until somebody listens,
   * nothing need be connected for it.
   *
   * `missed` is called when signals may have been lost: as soon as others can be heard for the first time, and again whenever
   * that was interrupted. Whoever listens then looks at everything once.
   */
  listen(listener: (signal: StorageSignal) => void, missed?: () => void): () => void;
}
