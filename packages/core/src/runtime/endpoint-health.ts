import { FirstlineError } from '../errors';
import type { Alert } from '../model/alert';
import type { Endpoint } from '../model/endpoint';
import type { NewEvent } from '../model/event';
import { type AlertCause, told } from '../policies/alerts';
import { newEndpoint } from '../policies/endpoint';
import type { EngineContext } from './context';
import { announce } from './wakeups';

/** Which row, and the transport it belongs to. */
export interface EndpointRef {
  readonly key: string;
  readonly transport: string;
}

/** What becomes of a row, and what is to be told. Pure: on a conflict it is made anew from the row as it is then. */
export interface EndpointStep<T> {
  /** The very row that was given, where nothing changes. */
  readonly endpoint: Endpoint;
  readonly causes: readonly AlertCause[];
  readonly events: readonly NewEvent[];
  /** What was kept for it becomes due now. */
  readonly wakes: boolean;
  readonly result: T;
}

interface Job {
  readonly step: (endpoint: Endpoint, now: number) => EndpointStep<unknown>;
  readonly done: (result: unknown) => void;
}

/** Somebody else writes the same row rarely, and then once. */
const MAX_CONFLICTS = 20;

/**
 * Keeps the rows of endpoints that are in trouble, and tells people about them. Several steps of one row that come
 * together are written together; other processes are noticed by the row's version. What cannot be written is lost: the
 * attempts then meet the endpoint as if it were well.
 */
export class EndpointHealth {
  readonly #context: EngineContext;
  readonly #jobs = new Map<string, Job[]>();
  readonly #writing = new Set<Promise<void>>();

  constructor(context: EngineContext) {
    this.#context = context;
  }

  /** Takes a step with a row, made for it where there is none; resolves when that is written. Never rejects. */
  change<T>(ref: EndpointRef, step: (endpoint: Endpoint, now: number) => EndpointStep<T>): Promise<T> {
    return new Promise<T>((resolve) => {
      const job: Job = { step, done: resolve as Job['done'] };
      const jobs = this.#jobs.get(ref.key);
      if (jobs !== undefined) {
        jobs.push(job);
        return;
      }
      this.#jobs.set(ref.key, [job]);
      const writing = this.#workOff(ref).finally(() => this.#writing.delete(writing));
      this.#writing.add(writing);
    });
  }

  /** Tells people something about an endpoint, unless that was told within the hour. */
  async raise(ref: EndpointRef, cause: AlertCause): Promise<void> {
    await this.change(ref, (endpoint) => ({ endpoint, causes: [cause], events: [], wakes: false, result: undefined }));
  }

  async idle(): Promise<void> {
    while (this.#writing.size > 0) await Promise.all(this.#writing);
  }

  async #workOff(ref: EndpointRef): Promise<void> {
    for (;;) {
      const jobs = this.#jobs.get(ref.key)?.splice(0) ?? [];
      if (jobs.length === 0) break;
      const results = await this.#write(ref, jobs);
      jobs.forEach((job, index) => job.done(results[index]));
    }
    this.#jobs.delete(ref.key);
  }

  async #write(ref: EndpointRef, jobs: readonly Job[]): Promise<readonly unknown[]> {
    const { storage, tenant, clock, logger, wakeups } = this.#context;
    const fresh = (): Endpoint => newEndpoint(tenant, ref.key, ref.transport, clock.now());
    try {
      for (let conflicts = 0; conflicts < MAX_CONFLICTS; conflicts += 1) {
        const [row] = await storage.endpoints({ tenant, keys: [ref.key] });
        const now = clock.now();
        const before = row ?? fresh();
        const { after, alerts, events, wakes, results } = together(before, jobs, now);
        if (after === before && events.length === 0) return results;
        const written = await storage.putEndpoint({
          ...{ tenant, now, endpoint: { ...after, version: before.version + 1 }, events },
          expectedVersion: row === undefined ? null : row.version,
          wake: wakes ? ref.key : null,
        });
        if (!written) continue;
        announce(wakeups, wakes ? { deliver: now } : {});
        for (const alert of alerts) this.#tell(alert);
        return results;
      }
      logger.error(
        { transport: ref.transport },
        'the state of an endpoint kept changing; what happened there is not noted',
      );
    } catch (error) {
      const code = error instanceof FirstlineError ? error.code : undefined;
      logger.error({ transport: ref.transport, code }, 'could not note how an endpoint is doing');
    }
    return together(fresh(), jobs, clock.now()).results;
  }

  /** The host's own code, which may do anything. */
  #tell(alert: Alert): void {
    const { onAlert, logger } = this.#context;
    const failed = (error: unknown): void =>
      logger.error({ kind: alert.kind, error: error instanceof Error ? error.name : typeof error }, 'onAlert failed');
    try {
      Promise.resolve(onAlert(alert)).catch(failed);
    } catch (error) {
      failed(error);
    }
  }
}

/** One step after the other, as if each had been written by itself. */
function together(before: Endpoint, jobs: readonly Job[], now: number) {
  let after = before;
  let wakes = false;
  const alerts: Alert[] = [];
  const events: NewEvent[] = [];
  const results = jobs.map(({ step }) => {
    const taken = step(after, now);
    const noted = told(taken.endpoint, taken.causes, now);
    after = noted.endpoint;
    wakes ||= taken.wakes;
    alerts.push(...noted.alerts);
    events.push(...taken.events, ...noted.alerts.map(raised));
    return taken.result;
  });
  return { after, wakes, alerts, events, results };
}

function raised({ kind, at, transport, endpoint, deliveryId, code }: Alert): NewEvent {
  return { type: 'alert.raised', at, conversationId: null, data: { kind, transport, endpoint, deliveryId, code } };
}
