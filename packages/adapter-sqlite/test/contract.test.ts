import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { storageContract } from '@firstline/core/testing';
import { describe, it } from 'vitest';
import { sqliteStorage } from '../src/index';

describe('in memory', () => {
  storageContract({ describe, it }, async () => ({
    storage: sqliteStorage({ filename: ':memory:' }),
    dispose: async () => undefined,
  }));
});

describe('on file', () => {
  storageContract({ describe, it }, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'firstline-'));
    const options = { filename: join(folder, 'support.db'), synchronous: 'normal' } as const;
    return {
      storage: sqliteStorage(options),
      reopen: async () => sqliteStorage(options),
      dispose: () => rm(folder, { recursive: true }),
    };
  });
});
