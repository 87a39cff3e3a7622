import type { Clock } from '../ports/clock';

// The longest delay a timer takes; longer sleeps are cut into several.
const MAX_TIMER_MS = 2_147_483_647;

/** The real time. The only place in core that reads it or sets a timer. */
export function systemClock(): Clock {
  return {
    now: () => Date.now(),
    sleep: async (ms, signal) => {
      const end = Date.now() + ms;
      for (let left = ms; left > 0 && signal?.aborted !== true; left = end - Date.now()) {
        await sleepOnce(Math.min(left, MAX_TIMER_MS), signal);
      }
    },
  };
}

function sleepOnce(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    // A sleeping worker must not keep a finished program alive; browsers and workers have no `unref`.
    if (typeof timer === 'object') (timer as { unref?(): void }).unref?.();
    signal?.addEventListener('abort', done, { once: true });
  });
}
