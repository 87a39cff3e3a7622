import type { Patience } from './patience';
import { takesBatches, type SentStatement } from './postgres-connection';
import type { PostgresClient, PostgresQuery, PostgresResult } from './postgres-pool';
import { valueReader } from './row-reader';
import { type Asked, StatementBatch } from './statement-batch';
import { TooLate } from './within';

/** Takes statements to the server, in the order in which they are given, and brings their answers. Errors are pg's own. */
export interface Carrier {
  /** Whether statements that are given in the same moment travel together, and none of them runs behind one that failed. */
  readonly together: boolean;
  ask(statement: SentStatement): Promise<PostgresResult>;
  /** Runs statements that are not prepared, after everything that was asked before. */
  run(sql: string): Promise<PostgresResult>;
  /** The same for what may take as long as it takes. */
  runForLong(sql: string): Promise<PostgresResult>;
  /** Resolves when nothing is on its way any more. */
  idle(): Promise<void>;
}

/** Behind a journey that was not answered in time a carrier takes nothing any more: its connection has to be dropped. */
export function carrierOn(client: PostgresClient, patience: Patience): Carrier {
  return takesBatches(client) ? new TogetherCarrier(client, patience) : new SingleCarrier(client, patience);
}

/** What is asked until the program comes to rest goes as one batch. */
class TogetherCarrier implements Carrier {
  readonly together = true;
  readonly #client: PostgresClient;
  readonly #patience: Patience;
  #waiting: Asked[] = [];
  #isPlanned = false;
  #underWay: Promise<void> | null = null;
  #lost: TooLate | null = null;

  constructor(client: PostgresClient, patience: Patience) {
    this.#client = client;
    this.#patience = patience;
  }

  ask(statement: SentStatement): Promise<PostgresResult> {
    return new Promise((resolve, reject) => {
      if (this.#lost !== null) throw this.#lost;
      this.#waiting.push({ statement, resolve, reject });
      this.#plan();
    });
  }

  async run(sql: string): Promise<PostgresResult> {
    await this.idle();
    if (this.#lost !== null) throw this.#lost;
    return this.#patience.within(this.#client.query({ text: sql })).catch((error: unknown) => this.#leave(error));
  }

  async runForLong(sql: string): Promise<PostgresResult> {
    await this.idle();
    return this.#client.query({ text: sql });
  }

  async idle(): Promise<void> {
    while (this.#isPlanned || this.#underWay !== null) await (this.#underWay ?? nextTick());
  }

  #plan(): void {
    if (this.#isPlanned || this.#underWay !== null) return;
    this.#isPlanned = true;
    process.nextTick(() => this.#send());
  }

  #send(): void {
    this.#isPlanned = false;
    const asked = this.#waiting;
    this.#waiting = [];
    let ended: () => void = () => undefined;
    const answered = new Promise<void>((resolve) => (ended = resolve));
    this.#underWay = answered;
    const batch = new StatementBatch(asked, () => {
      this.#underWay = null;
      ended();
      if (this.#waiting.length > 0) this.#plan();
    });
    // pg knows a query object by its `submit`.
    void this.#client.query(batch as unknown as PostgresQuery);
    this.#patience.within(answered).catch(() => {
      const error = (this.#lost = new TooLate());
      for (const { reject } of this.#waiting.splice(0)) reject(error);
      batch.handleError(error);
    });
  }

  #leave(error: unknown): never {
    if (error instanceof TooLate) this.#lost = error;
    throw error;
  }
}

function nextTick(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}

const types = { getTypeParser: valueReader };

/** A client that takes one statement at a time is given one at a time: from pg 9 on it refuses a second. */
class SingleCarrier implements Carrier {
  readonly together = false;
  readonly #client: PostgresClient;
  readonly #patience: Patience;
  #last: Promise<unknown> = Promise.resolve();
  #lost: TooLate | null = null;

  constructor(client: PostgresClient, patience: Patience) {
    this.#client = client;
    this.#patience = patience;
  }

  ask({ name, text, values }: SentStatement): Promise<PostgresResult> {
    return this.#query({ name, text, values: [...values], types }, (running) => this.#patience.within(running));
  }

  run(sql: string): Promise<PostgresResult> {
    return this.#query({ text: sql }, (running) => this.#patience.within(running));
  }

  runForLong(sql: string): Promise<PostgresResult> {
    return this.#query({ text: sql }, (running) => running);
  }

  async idle(): Promise<void> {
    await this.#last;
  }

  #query(query: PostgresQuery, patience: <T>(running: Promise<T>) => Promise<T>): Promise<PostgresResult> {
    const send = async (): Promise<PostgresResult> => {
      if (this.#lost !== null) throw this.#lost;
      try {
        return await patience(this.#client.query(query));
      } catch (error) {
        if (error instanceof TooLate) this.#lost = error;
        throw error;
      }
    };
    const mine = this.#client.pipeline === true ? send() : this.#last.then(send);
    this.#last = Promise.allSettled([this.#last, mine]);
    return mine;
  }
}
