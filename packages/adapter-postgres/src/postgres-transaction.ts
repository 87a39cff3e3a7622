import type { Carrier } from './carrier';
import { PostgresExecutor } from './postgres-executor';
import { commit } from './transaction-ends';

/** What the bodies of one transaction share. */
export class PostgresTransaction {
  readonly #carrier: Carrier;
  readonly #executors: PostgresExecutor[] = [];
  /** Bodies that may still ask something. */
  #open: number;
  #committed: Promise<void> | null = null;

  constructor(carrier: Carrier, bodies: number) {
    this.#carrier = carrier;
    this.#open = bodies;
  }

  /** For one body. */
  executor(): PostgresExecutor {
    const executor = new PostgresExecutor(this.#carrier, () => this.#bodyEnds());
    this.#executors.push(executor);
    return executor;
  }

  /** To be called when all bodies have ended well. */
  commit(): Promise<void> {
    return (this.#committed ??= commit(this.#carrier));
  }

  /** From now on the connection belongs to somebody else. */
  end(): void {
    for (const executor of this.#executors) executor.end();
  }

  #bodyEnds(): void {
    this.#open -= 1;
    if (this.#open > 0 || !this.#carrier.together) return;
    // Where a body fails, its own error is what counts.
    this.commit().catch(() => undefined);
  }
}
