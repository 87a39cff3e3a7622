import type { DispatchedWork } from '../../ports/dispatcher';
import type { WorkKind } from '../../ports/storage-work';
import type { Clock } from '../../ports/clock';

/** In the order in which one makes the next due. */
export const KINDS: readonly WorkKind[] = ['process', 'announce', 'remind', 'watch', 'deliver'];

/** Due work as an engine has it, reduced to times: what a dispatcher gets to look at. */
export class DueDesk {
  readonly #clock: Clock;
  readonly #due = new Map<WorkKind, number[]>();
  readonly #looks: WorkKind[] = [];
  /** How many looks of a kind are under way. */
  readonly #running = new Map<WorkKind, number>();
  #done = 0;
  #most = 0;
  #failures = 0;
  #held: Promise<void> | null = null;
  #release: () => void = () => undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How many pieces of work were claimed. */
  get done(): number {
    return this.#done;
  }

  /** How many looks are under way. */
  get running(): number {
    return [...this.#running.values()].reduce((sum, count) => sum + count, 0);
  }

  /** How many looks of one kind were under way at once, at most. */
  get most(): number {
    return this.#most;
  }

  /** How many looks were begun, of one kind or of all. */
  looks(kind?: WorkKind): number {
    return kind === undefined ? this.#looks.length : this.#looks.filter((each) => each === kind).length;
  }

  /** Something becomes due, and nobody is told. */
  put(kind: WorkKind, at: number): void {
    this.#due.set(kind, [...(this.#due.get(kind) ?? []), at]);
  }

  /** The next looks fail, as where the storage is away. */
  fail(looks: number): void {
    this.#failures = looks;
  }

  /** From now on looks have seen what they see, and do not end. */
  hold(): void {
    this.#held = new Promise((resolve) => (this.#release = resolve));
  }

  release(): void {
    this.#held = null;
    this.#release();
  }

  work(sweepMs: number, kinds: readonly WorkKind[]): DispatchedWork {
    const nobody = (): void => undefined;
    const logger = { debug: nobody, info: nobody, warn: nobody, error: nobody };
    return { tenant: 'default', kinds, look: (kind) => this.#look(kind), sweepMs, clock: this.#clock, logger };
  }

  async #look(kind: WorkKind): Promise<number | null> {
    this.#looks.push(kind);
    this.#begun(kind, 1);
    try {
      if (this.#failures > 0) {
        this.#failures -= 1;
        throw new Error('the storage is away');
      }
      const now = this.#clock.now();
      const all = this.#due.get(kind) ?? [];
      const later = all.filter((at) => at > now);
      this.#due.set(kind, later);
      this.#done += all.length - later.length;
      await this.#held;
      return later.length === 0 ? null : Math.min(...later);
    } finally {
      this.#begun(kind, -1);
    }
  }

  #begun(kind: WorkKind, more: number): void {
    const running = (this.#running.get(kind) ?? 0) + more;
    this.#running.set(kind, running);
    this.#most = Math.max(this.#most, running);
  }
}
