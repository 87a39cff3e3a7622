import { createRequire } from 'node:module';

const core = createRequire(import.meta.url)('@firstline/core/package.json') as { readonly version: string };

/** What the server says of itself. The version is that of the engine. */
export const about = { app_name: 'Firstline', version: core.version };
