import { defineConfig } from 'tsup';

export default defineConfig({
  entry: { index: 'src/index.ts' },
  format: ['esm', 'cjs'],
  target: 'node20',
  dts: true,
  // The tables and queries that the SQL storages share are private to the workspace, so they travel inside the adapter.
  // Their types may not show in the adapter's own; scripts/pack-test.mjs notices if they do.
  noExternal: ['@firstline/storage-sql'],
  clean: true,
  treeshake: true,
});
