import { FirstlineError, type Storage } from '@firstline/core';

/**
 * What becomes of one call to the storage. `before` and `after`: it fails, and did nothing or everything. `dies-before`
 * and `dies-after`: the process that made it is gone by then, so nobody ever learns.
 */
export type Fate = 'ok' | 'before' | 'after' | 'dies-before' | 'dies-after';

/** The line of one process to the storage. Whatever is called by a process that is gone never happens, nor returns. */
export interface Line {
  readonly storage: Storage;
  readonly alive: boolean;
  /** Comes when the process is gone. */
  readonly died: Promise<void>;
  cut(): void;
}

/** Closing is the world's, which outlives its processes. */
const SPARED = new Set(['open', 'close', 'ping']);
const NEVER = new Promise<never>(() => undefined);

export function lineTo(storage: Storage, nextFate: () => Fate): Line {
  let alive = true;
  let tellDeath = (): void => undefined;
  const died = new Promise<void>((resolve) => (tellDeath = resolve));
  const cut = (): void => {
    alive = false;
    tellDeath();
  };
  const call = async (work: () => Promise<unknown>): Promise<unknown> => {
    if (!alive) return NEVER;
    const fate = nextFate();
    if (fate === 'dies-before') cut();
    if (!alive) return NEVER;
    if (fate === 'before') throw new FirstlineError('storage_unavailable', 'injected before');
    const result = await work();
    if (fate === 'dies-after') cut();
    if (!alive) return NEVER;
    if (fate === 'after') throw new FirstlineError('storage_unavailable', 'injected after');
    return result;
  };
  const faulty = new Proxy(storage, {
    get(target, property) {
      const method: unknown = Reflect.get(target, property);
      if (typeof method !== 'function') return method;
      if (SPARED.has(String(property))) return property === 'close' ? () => Promise.resolve() : method.bind(target);
      return (...args: unknown[]) =>
        call(() => (method as (...args: unknown[]) => Promise<unknown>).apply(target, args));
    },
  });
  return {
    storage: faulty,
    died,
    cut,
    get alive() {
      return alive;
    },
  };
}
