import { Cluster, type Redis } from 'ioredis';
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
    [{ url: URL, prefix: '{}' }, 'prefix'],
    [{ url: URL, prefix: '{a' }, 'prefix'],
    [{ url: URL, prefix: '{a}{b}' }, 'prefix'],
    [{ url: URL, prefix: `{${'a'.repeat(63)}}` }, 'prefix'],
    [{ url: URL, queue: 'a:b' }, 'queue'],
    [{ url: URL, tenant: '' }, 'tenant'],
    [{ url: URL, timeoutMs: 0 }, 'timeoutMs'],
    [{ url: URL, other: 1 }, 'other'],
  ])('%j is refused', (options, path) => {
    expect(() => bullMqDispatcher(options as unknown as BullMqDispatcherOptions)).toThrow(
      expect.objectContaining({ code: 'invalid_options', path }),
    );
  });

  it.each(['firstline', 'a:b-c.d', '{firstline}', 'eu:{firstline}:wakeups'])('the prefix %s is accepted', (prefix) => {
    expect(() => bullMqDispatcher({ url: URL, prefix })).not.toThrow();
  });

  it('a Cluster is refused, whose connections are not made like those of a server', () => {
    const cluster = new Cluster([{ host: '127.0.0.1', port: 1 }], { lazyConnect: true });
    expect(() => bullMqDispatcher({ client: cluster as unknown as Redis })).toThrow(
      expect.objectContaining({ code: 'invalid_options', path: 'client' }),
    );
    cluster.disconnect();
  });
});
