import { randomUUID } from 'node:crypto';
import type { Clock, Logger, StorageSignal, StorageSignals } from '@firstline/core';
import { listeningClient } from './listening-client';
import type { PostgresTarget } from './options';
import type { PostgresQuery } from './postgres-pool';
import { SignalListener } from './signal-listener';
import { signalsIn } from './signal-payload';
import { SignalSender } from './signal-sender';

export interface PostgresSignalsOptions {
  readonly schema: string | null;
  /** Where to listen. */
  readonly target: PostgresTarget;
  /** Runs one statement outside of any transaction, on a connection of the pool. */
  readonly run: (query: PostgresQuery) => Promise<unknown>;
  readonly clock: Clock;
  readonly logger: Logger | null;
}

interface Hearing {
  readonly listener: (signal: StorageSignal) => void;
  readonly missed: (() => void) | undefined;
}

/** By NOTIFY after the commit, and by one connection that does LISTEN while somebody wants to hear. */
export class PostgresSignals implements StorageSignals {
  readonly #options: PostgresSignalsOptions;
  /** Who this is among the processes: what comes from itself it knows already. */
  readonly #self = randomUUID();
  readonly #sender: SignalSender;
  readonly #hearing = new Set<Hearing>();
  #listener: SignalListener | null = null;
  /** Of the connections that nobody wants any more. */
  #stopped: Promise<unknown> = Promise.resolve();
  #probe = '';
  #isClosed = false;

  constructor(options: PostgresSignalsOptions) {
    this.#options = options;
    this.#sender = new SignalSender(this.#self, options.clock, (payloads) => this.#notify(payloads));
  }

  send(signal: StorageSignal): void {
    this.#sender.send(signal);
  }

  listen(listener: (signal: StorageSignal) => void, missed?: () => void): () => void {
    const hearing = { listener, missed };
    this.#hearing.add(hearing);
    if (!this.#isClosed) this.#listener ??= this.#listenNow();
    return () => {
      this.#hearing.delete(hearing);
      if (this.#hearing.size === 0) this.#rest();
    };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#rest();
    await Promise.all([this.#sender.close(), this.#stopped]);
  }

  #rest(): void {
    const stopping = this.#listener?.stop();
    this.#listener = null;
    if (stopping !== undefined) this.#stopped = Promise.all([this.#stopped, stopping]);
  }

  #listenNow(): SignalListener {
    const { target, schema, clock, logger } = this.#options;
    return new SignalListener({
      client: () => listeningClient(target),
      channel: `select ${channelOf(schema)} as channel`,
      probe: () => this.#notify([(this.#probe = `probe ${randomUUID()}`)]),
      isProbe: (payload) => payload === this.#probe,
      heard: (payload) => this.#hear(payload),
      missed: () => {
        for (const { missed } of [...this.#hearing]) missed?.();
      },
      ...{ clock, logger },
    });
  }

  #hear(payload: string): void {
    const told = signalsIn(payload);
    if (told === null || told.from === this.#self) return;
    for (const signal of told.signals) for (const { listener } of [...this.#hearing]) listener(signal);
  }

  #notify(payloads: readonly string[]): Promise<unknown> {
    const channel = channelOf(this.#options.schema);
    const text = `select pg_notify(${channel}, payload) from json_array_elements_text($1::json) as payload`;
    return this.#options.run({ text, values: [JSON.stringify(payloads)] });
  }
}

/**
 * One for each schema that holds our tables: those who share tables share it, whether they name the schema or their
 * connections do. A hash, as names of channels are shorter than names of schemas with something before them.
 */
function channelOf(schema: string | null): string {
  const name = schema === null ? "coalesce(current_schema(), '')" : `'${schema.replaceAll("'", "''")}'`;
  return `'firstline_' || to_hex(hashtextextended(${name}, 0))`;
}
