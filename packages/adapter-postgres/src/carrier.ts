import { takesBatches, type SentStatement } from './postgres-connection';
import type { PostgresClient, PostgresQuery, PostgresResult } from './postgres-pool';
import { valueReader } from './row-reader';
import { type Asked, StatementBatch } from './statement-batch';

/** Takes statements to the server, in the order in which they are given, and brings their answers. Errors are pg's own. */
export interface Carrier {
  /** Whether statements that are given in the same moment travel together, and none of them runs behind one that failed. */
  readonly together: boolean;
  ask(statement: SentStatement): Promise<PostgresResult>;
  /** Runs statements that are not prepared, after everything that was asked before. */
  run(sql: string): Promise<PostgresResult>;
  /** Resolves when nothing is on its way any more. */
  idle(): Promise<void>;
}

export function carrierOn(client: PostgresClient): Carrier {
  return takesBatches(client) ? new TogetherCarrier(client) : new SingleCarrier(client);
}

/** What is asked until the program comes to rest goes as one batch. */
class TogetherCarrier implements Carrier {
  readonly together = true;
  readonly #client: PostgresClient;
  #waiting: Asked[] = [];
  #isPlanned = false;
  #underWay: Promise<void> | null = null;

  constructor(client: PostgresClient) {
    this.#client = client;
  }

  ask(statement: SentStatement): Promise<PostgresResult> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ statement, resolve, reject });
      this.#plan();
    });
  }

  async run(sql: string): Promise<PostgresResult> {
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
    this.#underWay = new Promise((resolve) => (ended = resolve));
    const batch = new StatementBatch(asked, () => {
      this.#underWay = null;
      ended();
      if (this.#waiting.length > 0) this.#plan();
    });
    // pg knows a query object by its `submit`.
    void this.#client.query(batch as unknown as PostgresQuery);
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
  #last: Promise<unknown> = Promise.resolve();

  constructor(client: PostgresClient) {
    this.#client = client;
  }

  ask({ name, text, values }: SentStatement): Promise<PostgresResult> {
    return this.#query({ name, text, values: [...values], types });
  }

  run(sql: string): Promise<PostgresResult> {
    return this.#query({ text: sql });
  }

  async idle(): Promise<void> {
    await this.#last;
  }

  #query(query: PostgresQuery): Promise<PostgresResult> {
    const mine =
      this.#client.pipeline === true ? this.#client.query(query) : this.#last.then(() => this.#client.query(query));
    this.#last = Promise.allSettled([this.#last, mine]);
    return mine;
  }
}
