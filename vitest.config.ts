import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const packages = fileURLToPath(new URL('./packages', import.meta.url));
const examples = fileURLToPath(new URL('./examples', import.meta.url));

export default defineConfig({
  resolve: {
    // Workspace packages are tested as sources: no build, and one copy of every class.
    alias: [
      { find: /^@firstline\/core$/, replacement: `${packages}/core/src/index.ts` },
      { find: /^@firstline\/core\/testing$/, replacement: `${packages}/core/src/testing/index.ts` },
      {
        find: /^@firstline\/adapter-telegram\/testing$/,
        replacement: `${packages}/adapter-telegram/src/testing/index.ts`,
      },
      { find: /^@firstline\/(storage-sql|adapter-[a-z]+)$/, replacement: `${packages}/$1/src/index.ts` },
      { find: /^@firstline\/example-([a-z-]+)$/, replacement: `${examples}/$1/src/index.ts` },
    ],
  },
  test: {
    include: ['packages/*/test/**/*.test.ts', 'examples/*/test/**/*.test.ts', 'tests/**/*.test.ts'],
    globalSetup: ['packages/adapter-postgres/test/support/global-setup.ts'],
    pool: 'forks',
    retry: 0,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    teardownTimeout: 10_000,
  },
});
