import { FirstlineError } from '@firstline/core';
import type { Carrier } from './carrier';
import { PostgresExecutor } from './postgres-executor';
import { commit } from './transaction-ends';

/** A body failed when the end of its transaction was under way already, and it was committed: it must not be run again. */
export class FailedBehindEnd extends FirstlineError {
  constructor(cause: unknown) {
    super('internal', 'a transaction failed behind its end, and was committed all the same', { cause });
  }
}

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

  /** Resolves when what was asked is answered. */
  async isCommitted(): Promise<boolean> {
    try {
      await this.#committed;
      return this.#committed !== null;
    } catch {
      return false;
    }
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
