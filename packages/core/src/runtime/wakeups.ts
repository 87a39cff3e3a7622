import type { Clock } from '../ports/clock';
import type { Dispatcher } from '../ports/dispatcher';
import type { StorageSignal, StorageSignals } from '../ports/storage-signals';
import type { WorkKind } from '../ports/storage-work';

/**
 * Whoever looks at the feed may come before somebody who still writes down what comes first: what is behind that is not shown
 * until then, and its writer need not tell anybody of it (another tenant's, one that gave up). So there are looks after the look.
 */
const ECHOES_MS = [20, 100, 500];

type Due = Readonly<Partial<Record<WorkKind, number>>>;

interface WakeupsParts {
  readonly tenant: string;
  readonly clock: Clock;
  /** How often those who follow look though nobody told them to. */
  readonly sweepMs: number;
  readonly dispatcher: Dispatcher;
  /** `null`: the storage does not tell of other processes. */
  readonly signals: StorageSignals | null;
}

/**
 * Wake-ups after a commit: for the dispatcher, for followers of the feed, and for the other processes on the same storage.
 * They carry no truth: a lost one costs one sweep. Others are heard while this process works or follows the feed.
 */
export class Wakeups {
  readonly #parts: WakeupsParts;
  readonly #followers = new Set<() => void>();
  /** What this process works off; empty while it does not. */
  #kinds: readonly WorkKind[] = [];
  #unlisten: (() => void) | null = null;
  #sweeping: AbortController | null = null;
  #echoing: AbortController | null = null;

  constructor(parts: WakeupsParts) {
    this.#parts = parts;
  }

  /** From now on the dispatcher is told what other processes leave due of these kinds. */
  start(kinds: readonly WorkKind[]): void {
    this.#kinds = kinds;
    this.#listen();
  }

  stop(): void {
    this.#kinds = [];
    this.#listen();
  }

  /**
   * Calls `follower` after each commit, of this process or of another one that told so, and with each sweep, until the
   * returned function is called.
   */
  follow(follower: () => void): () => void {
    this.#followers.add(follower);
    this.#listen();
    this.#sweeping ??= this.#sweep();
    return () => {
      this.#followers.delete(follower);
      this.#listen();
      if (this.#followers.size > 0) return;
      this.#sweeping?.abort();
      this.#sweeping = null;
      this.#echoing?.abort();
    };
  }

  /** One for all followers, so that they wake together and share a look. */
  #sweep(): AbortController {
    const { clock, sweepMs } = this.#parts;
    const stop = new AbortController();
    const loop = async (): Promise<void> => {
      for (;;) {
        await clock.sleep(sweepMs, stop.signal);
        if (stop.signal.aborted) return;
        for (const follower of [...this.#followers]) follower();
      }
    };
    void loop();
    return stop;
  }

  /** This process has room for more of what is due; nobody else is concerned. */
  wake(kind: WorkKind, at: number): void {
    this.#parts.dispatcher.notify(kind, at);
  }

  /** This process has committed. */
  announce(due: Due): void {
    const { tenant, signals } = this.#parts;
    this.#wake(due);
    signals?.send({ tenant, due });
  }

  #listen(): void {
    const isWanted = this.#kinds.length > 0 || this.#followers.size > 0;
    if (isWanted) {
      this.#unlisten ??=
        this.#parts.signals?.listen(
          (signal) => this.#hear(signal),
          () => this.#miss(),
        ) ?? null;
      return;
    }
    this.#unlisten?.();
    this.#unlisten = null;
  }

  #hear({ tenant, due }: StorageSignal): void {
    if (tenant !== this.#parts.tenant) return;
    // Of a kind that only a newer version knows, the newer version takes care.
    const known = Object.entries(due).filter(([kind]) => this.#kinds.includes(kind as WorkKind));
    this.#wake(Object.fromEntries(known));
  }

  #miss(): void {
    const now = this.#parts.clock.now();
    this.#wake(Object.fromEntries(this.#kinds.map((kind) => [kind, now])));
  }

  #wake(due: Due): void {
    for (const [kind, at] of Object.entries(due)) this.#parts.dispatcher.notify(kind as WorkKind, at);
    for (const follower of [...this.#followers]) follower();
    if (this.#followers.size > 0 && this.#parts.signals !== null) void this.#echo();
  }

  /** Begins anew with each wake-up, so that a burst costs as much as one. */
  async #echo(): Promise<void> {
    this.#echoing?.abort();
    const stop = new AbortController();
    this.#echoing = stop;
    for (const pauseMs of ECHOES_MS) {
      await this.#parts.clock.sleep(pauseMs, stop.signal);
      if (stop.signal.aborted) return;
      for (const follower of [...this.#followers]) follower();
    }
  }
}

export function announce(wakeups: Wakeups, due: Due): void {
  wakeups.announce(due);
}
