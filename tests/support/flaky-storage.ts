import { FirstlineError, type Storage } from '@firstline/core';

const SPARED = new Set(['open', 'close', 'ping']);

/**
 * The same storage behind a bad line: `decide` says for each call whether it fails before anything happens, or after
 * everything happened and only the answer is lost, which is what a crash at that point looks like from outside.
 */
export function flakyStorage(storage: Storage, decide: (method: string) => 'ok' | 'before' | 'after'): Storage {
  return new Proxy(storage, {
    get(target, property) {
      const method: unknown = Reflect.get(target, property);
      if (typeof method !== 'function' || SPARED.has(String(property))) {
        return typeof method === 'function' ? method.bind(target) : method;
      }
      return async (...args: unknown[]) => {
        const fate = decide(String(property));
        if (fate === 'before') throw new FirstlineError('storage_unavailable', 'injected before');
        const result: unknown = await (method as (...args: unknown[]) => Promise<unknown>).apply(target, args);
        if (fate === 'after') throw new FirstlineError('storage_unavailable', 'injected after');
        return result;
      };
    },
  });
}
