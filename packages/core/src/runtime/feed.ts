import type { FeedEvent } from '../model/event';
import type { EngineContext } from './context';

export interface SubscribeParams {
  /** Continue behind this event's `seq`. Default 0: from the beginning of the feed. */
  readonly after?: number;
  /** Ends the subscription. */
  readonly signal?: AbortSignal;
}

const EVENTS_AT_ONCE = 200;

/**
 * Follows the durable feed, in order and without gaps, until `signal` is aborted. Woken by commits of this process, and by
 * those of others where the storage tells of them; else they are seen with the next sweep.
 */
export async function* subscribe(
  context: EngineContext,
  params: SubscribeParams,
  stopping: AbortSignal,
): AsyncGenerator<FeedEvent, void, void> {
  const { storage, tenant, clock, policy, wakeups } = context;
  const signal = params.signal === undefined ? stopping : AbortSignal.any([params.signal, stopping]);
  let after = params.after ?? 0;
  while (!signal.aborted) {
    const woken = new AbortController();
    const wake = (): void => woken.abort('woken');
    wakeups.feed.add(wake);
    signal.addEventListener('abort', wake, { once: true });
    try {
      const events = await storage.events({ tenant, after, limit: EVENTS_AT_ONCE });
      for (const event of events) {
        if (signal.aborted) return;
        after = event.seq;
        yield event;
      }
      if (events.length === 0) await clock.sleep(policy.work.sweepMs, woken.signal);
    } finally {
      wakeups.feed.delete(wake);
      signal.removeEventListener('abort', wake);
    }
  }
}
