import { setTimeout } from 'node:timers/promises';
import { type Job, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { connectionToTake, endOf } from './connection';
import type { Settings } from './options';
import { queueOptions } from './wakeup-queue';

/** How long Redis may take to be told that a job is done while the process stops, in milliseconds. */
const CLOSING_MS = 1_000;
/** How soon a failed question for jobs is asked again, in milliseconds; BullMQ's own default is 15 seconds. */
const RETRY_MS = 1_000;

/** Takes jobs from Redis, as one of the processes that do. Made while Redis is there; looks after itself from then on. */
export class WakeupTaker {
  readonly #redis: Redis;
  readonly #worker: Worker;
  /** BullMQ's own, on which it waits for jobs. */
  readonly #copies: Redis[] = [];
  #ending: Promise<unknown> | null = null;

  constructor(settings: Settings, concurrency: number, take: (name: string) => Promise<void>) {
    const { name, prefix } = queueOptions(settings);
    this.#redis = connectionToTake(settings.target);
    const duplicate = this.#redis.duplicate.bind(this.#redis);
    this.#redis.duplicate = (options) => {
      const copy = duplicate(options);
      this.#copies.push(copy);
      return copy;
    };
    const process = async (job: Job): Promise<void> => {
      // First, so that what comes due while this looks is a job of its own.
      await job.removeDeduplicationKey().catch(() => undefined);
      await take(job.name);
    };
    this.#worker = new Worker(name, process, { connection: this.#redis, prefix, concurrency, runRetryDelay: RETRY_MS });
    this.#worker.on('error', () => undefined);
  }

  /** Takes no more from now on; what was taken before comes to its end. */
  pause(): void {
    this.#ending ??= this.#worker.close().catch(() => undefined);
  }

  /** To be called when what was taken need not be waited for any more; resolves when all connections are closed. */
  async close(): Promise<void> {
    this.pause();
    const isClosed = new AbortController();
    const ending = this.#ending?.finally(() => isClosed.abort());
    await Promise.race([ending, setTimeout(CLOSING_MS, null, { signal: isClosed.signal }).catch(() => null)]);
    // Whatever still waits for Redis waits in vain from here on.
    await Promise.all([this.#redis, ...this.#copies].map(endOf));
  }
}
