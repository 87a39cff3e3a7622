import type { DispatchedWork, Dispatcher, WorkKind } from '../../src/index';

/** Looks when it is told to, and remembers what it was told. */
export class ManualDispatcher implements Dispatcher {
  readonly notified: [WorkKind, number][] = [];
  work: DispatchedWork | null = null;
  /** Starts that fail from now on. */
  failures = 0;

  async start(work: DispatchedWork): Promise<void> {
    this.failures -= 1;
    if (this.failures >= 0) throw new Error('away');
    this.work = work;
  }

  notify(kind: WorkKind, at: number): void {
    this.notified.push([kind, at]);
  }

  async stop(): Promise<void> {
    this.work = null;
  }
}
