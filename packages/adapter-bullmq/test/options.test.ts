import { describe, expect, it } from 'vitest';
import { type BullMqDispatcherOptions, bullMqDispatcher } from '../src/index';

const URL = 'redis://127.0.0.1:1';

describe('options', () => {
  it.each([
    [{}, 'url'],
    [{ url: URL, config: {} }, 'config'],
    [{ url: 'http://127.0.0.1' }, 'url'],
    [{ client: {} }, 'client'],
    [{ config: { keyPrefix: 'x:' } }, 'config'],
    [{ url: URL, prefix: '' }, 'prefix'],
    [{ url: URL, queue: 'a:b' }, 'queue'],
    [{ url: URL, tenant: '' }, 'tenant'],
    [{ url: URL, timeoutMs: 0 }, 'timeoutMs'],
    [{ url: URL, other: 1 }, 'other'],
  ])('%j is refused', (options, path) => {
    expect(() => bullMqDispatcher(options as unknown as BullMqDispatcherOptions)).toThrow(
      expect.objectContaining({ code: 'invalid_options', path }),
    );
  });
});
