// npm run pnpm -- <arguments>: the pnpm version of this repository, with nothing but npm installed.
//   npm run pnpm -- install --no-frozen-lockfile     after changing a package.json
//   npm run pnpm -- changeset                        to say what a change means for users
import { pnpm } from './lib/run.mjs';

const { code } = await pnpm(process.argv.slice(2), { inherit: true, interactive: true });
process.exitCode = code;
