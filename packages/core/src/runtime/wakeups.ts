import type { Dispatcher } from '../ports/dispatcher';
import type { StorageSignal, StorageSignals } from '../ports/storage-signals';
import type { WorkKind } from '../ports/storage-work';

type Due = Readonly<Partial<Record<WorkKind, number>>>;

/**
 * Wake-ups after a commit: for the dispatcher, for followers of the feed, and for the other processes on the same storage.
 * They carry no truth: a lost one costs one sweep.
 */
export class Wakeups {
  /** Called after each commit, of this process or of another one that told so. */
  readonly feed = new Set<() => void>();
  readonly #tenant: string;
  readonly #dispatcher: Dispatcher;
  readonly #signals: StorageSignals | null;
  #unlisten: (() => void) | null = null;

  constructor(tenant: string, dispatcher: Dispatcher, signals: StorageSignals | null) {
    this.#tenant = tenant;
    this.#dispatcher = dispatcher;
    this.#signals = signals;
  }

  /** From now on other processes are heard. */
  start(): void {
    this.#unlisten ??= this.#signals?.listen((signal) => this.#hear(signal)) ?? null;
  }

  stop(): void {
    this.#unlisten?.();
    this.#unlisten = null;
  }

  /** This process has committed. */
  announce(due: Due): void {
    this.#wake(due);
    this.#signals?.send({ tenant: this.#tenant, due });
  }

  #hear({ tenant, due }: StorageSignal): void {
    if (tenant === this.#tenant) this.#wake(due);
  }

  #wake(due: Due): void {
    for (const [kind, at] of Object.entries(due)) this.#dispatcher.notify(kind as WorkKind, at);
    for (const follower of this.feed) follower();
  }
}

export function announce(wakeups: Wakeups, due: Due): void {
  wakeups.announce(due);
}
