import { describe, it } from 'vitest';
import { memoryStorage } from '../src/index';
import { storageContract } from '../src/testing/index';

describe('memoryStorage', () => {
  storageContract({ describe, it }, async () => ({ storage: memoryStorage(), dispose: async () => undefined }), {
    seeds: Array.from({ length: 30 }, (_, index) => index + 1),
  });
});
