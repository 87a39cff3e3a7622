import { defineConfig } from 'tsup';

export default defineConfig({
  entry: { main: 'src/main.ts', explain: 'src/explain.ts' },
  format: ['esm'],
  target: 'node20',
  clean: true,
});
