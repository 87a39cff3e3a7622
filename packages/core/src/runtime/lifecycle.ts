import { FirstlineError } from '../errors';
import type { Ingress, Transport } from '../ports/transport';
import type { EngineContext } from './context';
import { learnCorrections } from './corrections';
import type { Worker } from './worker';

/**
 * When the engine may be used:
 *
 * | state    | use                        | start                 | stop                          |
 * |----------|----------------------------|-----------------------|-------------------------------|
 * | idle     | opens the storage first    | → started             | → stopped                     |
 * | started  | yes                        | nothing               | drains → stopped              |
 * | stopped  | refused with `stopped`     | refused               | nothing                       |
 */
export class Lifecycle {
  readonly #context: EngineContext;
  readonly #worker: Worker;
  readonly #ingress: (transport: string) => Ingress;
  readonly #inUse = new Set<Promise<unknown>>();
  readonly #stopSignal = new AbortController();
  /** Transports that receive; a start that failed behind them is gone on with. */
  readonly #receiving = new Set<string>();
  #opening: Promise<void> | null = null;
  #starting: Promise<void> | null = null;
  #stopping: Promise<void> | null = null;

  constructor(context: EngineContext, worker: Worker, ingress: (transport: string) => Ingress) {
    this.#context = context;
    this.#worker = worker;
    this.#ingress = ingress;
  }

  start(): Promise<void> {
    if (this.#stopping !== null) return Promise.reject(stopped());
    this.#starting ??= this.#start().catch((error: unknown) => {
      this.#starting = null;
      throw error;
    });
    return this.#starting;
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  /** Runs something that needs the storage. */
  async use<T>(body: () => Promise<T>): Promise<T> {
    if (this.#stopping !== null) throw stopped();
    const using = this.#open().then(body);
    this.#inUse.add(using);
    try {
      return await using;
    } finally {
      this.#inUse.delete(using);
    }
  }

  /** The same object with every method run through {@link use}. */
  guard<T extends { [K in keyof T]: (...args: never[]) => Promise<unknown> }>(methods: T): T {
    const entries = Object.entries(methods as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>);
    const guarded = entries.map(([name, method]) => [name, (...args: unknown[]) => this.use(() => method(...args))]);
    return Object.fromEntries(guarded) as T;
  }

  /** A generator that ends with the engine. */
  async *follow<T>(body: (signal: AbortSignal) => AsyncGenerator<T, void, void>): AsyncGenerator<T, void, void> {
    if (this.#stopping !== null) throw stopped();
    await this.#open();
    yield* body(this.#stopSignal.signal);
  }

  #open(): Promise<void> {
    const { storage, classifier, templates } = this.#context;
    // A source may read its texts from this very storage.
    const opening = async (): Promise<void> => {
      await storage.open();
      await Promise.all([templates.ready(), learnCorrections(this.#context)]);
      await classifier.ready?.();
    };
    this.#opening ??= opening().catch((error: unknown) => {
      this.#opening = null;
      throw error;
    });
    return this.#opening;
  }

  async #start(): Promise<void> {
    await this.#open();
    for (const [name, transport] of this.#context.transports) {
      if (this.#receiving.has(name)) continue;
      await transport.start?.(this.#ingress(name), name);
      this.#receiving.add(name);
    }
    if (this.#stopping !== null) return;
    this.#context.typing.start();
    await this.#worker.start();
  }

  async #stop(): Promise<void> {
    this.#stopSignal.abort();
    await this.#starting?.catch(() => undefined);
    this.#context.typing.stop();
    const transports = [...this.#context.transports.values()];
    await this.#each(transports, async (transport) => transport.stopReceiving?.());
    await Promise.allSettled(this.#inUse);
    await this.#worker.stop();
    await this.#each(transports, async (transport) => transport.stop?.());
    await this.#opening?.catch(() => undefined);
    this.#context.templates.stop();
    await this.#context.storage.close();
  }

  /** One that fails to stop does not keep the others from it, nor the storage from being closed. */
  async #each(transports: readonly Transport[], body: (transport: Transport) => Promise<unknown>): Promise<void> {
    for (const result of await Promise.allSettled(transports.map(body))) {
      if (result.status === 'fulfilled') continue;
      const error: unknown = result.reason;
      this.#context.logger.error(
        { error: error instanceof Error ? error.name : typeof error },
        'a transport did not stop',
      );
    }
  }
}

function stopped(): FirstlineError {
  return new FirstlineError('stopped', 'the engine has been stopped; create a new one');
}
