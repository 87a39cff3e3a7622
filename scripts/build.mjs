// npm run build: every package that changed.
import { ensureBuilt } from './lib/build.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { alone } from './lib/lock.mjs';
import { endChildrenOnSignal } from './lib/run.mjs';

endChildrenOnSignal();
await alone(async () => {
  for (const step of [ensureInstalled, ensureBuilt]) {
    const { ok, output } = await step();
    if (ok) continue;
    console.error(output);
    process.exit(1);
  }
});
