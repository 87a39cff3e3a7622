// The published packages as a stranger meets them: packed, installed into an empty ESM project and an empty CommonJS one,
// type-checked under nodenext and run.
import { cpSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL, fileURLToPath } from 'node:url';
import { contentHash, publishedPackages, tarball } from './lib/pack.mjs';
import { run, tool } from './lib/run.mjs';
import { hashOf } from './lib/stamps.mjs';
import { readJson, root } from './lib/workspace.mjs';

const NAMES = [
  '@firstline/core',
  '@firstline/adapter-bullmq',
  '@firstline/adapter-files',
  '@firstline/adapter-postgres',
  '@firstline/adapter-openai',
  '@firstline/adapter-redis',
  '@firstline/adapter-sqlite',
  '@firstline/adapter-telegram',
  '@firstline/adapter-webhook',
];
const PEERS = ['better-sqlite3', 'ioredis', 'kysely', '@types/better-sqlite3', 'openai'];

const PROGRAM = `
import { cached, cascade, createEngine, defineScenarios, languageModelClassifier, localClassifier } from '@firstline/core';
import { ManualClock } from '@firstline/core/testing';
import { bullMqDispatcher } from '@firstline/adapter-bullmq';
import { fileTemplates } from '@firstline/adapter-files';
import { openaiModel } from '@firstline/adapter-openai';
import { migrationSql, postgresStorage } from '@firstline/adapter-postgres';
import { redisCache, redisRateLimiter } from '@firstline/adapter-redis';
import { sqliteStorage } from '@firstline/adapter-sqlite';
import { telegramTransport } from '@firstline/adapter-telegram';
import { botApiFaults } from '@firstline/adapter-telegram/testing';
import { webhookTransport } from '@firstline/adapter-webhook';

const scenarios = defineScenarios([
  {
    id: 'TECH_SUPPORT_BASIC',
    description: 'Something does not work for the client',
    examples: ['nothing works', 'the internet is down', 'the app does not start', 'I cannot log in', 'it is broken again'],
    reply: { en: 'Please send a screenshot of the error.' },
  },
  {
    id: 'BILLING_QUESTION',
    description: 'A question about an invoice or a payment',
    examples: ['why is my invoice higher', 'I want to pay my bill', 'where is my receipt', 'the payment was taken twice'],
    reply: { en: 'Please tell us the number of the invoice.' },
  },
]);

async function main(): Promise<void> {
  if (typeof ManualClock !== 'function') throw new Error('@firstline/core/testing has no ManualClock');
  if (botApiFaults.blocked().status !== 403) throw new Error('@firstline/adapter-telegram/testing has no faults');
  // Without a budget nothing is asked.
  const budget = { tokens: 0, per: '1d' } as const;
  const llm = languageModelClassifier({ model: openaiModel({ apiKey: 'none' }), scenarios, budget });
  // Nobody listens there, so memory answers, and the process looks for work by itself.
  const url = 'redis://127.0.0.1:1';
  const cache = redisCache({ url });
  const rateLimiter = redisRateLimiter({ url });
  const engine = createEngine({
    scenarios,
    rateLimiter,
    dispatcher: bullMqDispatcher({ url }),
    classifier: cached(cascade([localClassifier({ scenarios }), llm], { acceptAt: 0.7 }), { cache, version: '1' }),
    storage: sqliteStorage({ filename: 'support.db' }),
    templateSource: fileTemplates({ path: 'texts.json' }),
    transports: {
      webhook: webhookTransport({ secret: 'whsec_${Buffer.alloc(32, 7).toString('base64')}' }),
      telegram: telegramTransport({ token: '1:none', mode: 'send-only' }),
    },
  });
  await engine.start();
  const outcome = await engine.receive({
    clientId: 'c-42',
    text: 'Hello! Nothing works',
    locale: 'en',
    channel: { transport: 'webhook', address: { url: 'https://hooks.example.invalid/firstline' } },
  });
  await engine.stop();
  await Promise.all([cache.close(), rateLimiter.close()]);
  const printed: string | undefined = outcome.classification?.scenario;
  console.log(printed);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
`;

const COMPILER_OPTIONS = { target: 'es2022', module: 'nodenext', strict: true, types: ['node'], skipLibCheck: false };

const shipped = () => NAMES.map((name) => publishedPackages().find((pkg) => pkg.name === name)).filter(Boolean);

export const packTestKey = () =>
  hashOf([fileURLToPath(import.meta.url)], ...shipped().map(contentHash), process.versions.modules);

/** Resolves to `{ code, output }`. */
export async function packTest() {
  const parent = realpathSync(mkdtempSync(join(tmpdir(), 'firstline-pack-')));
  try {
    const [esm, cjs] = [join(parent, 'esm'), join(parent, 'cjs')];
    for (const [dir, type] of [
      [esm, 'module'],
      [cjs, 'commonjs'],
    ])
      writeProject(dir, type);
    await install(esm);
    cpSync(join(esm, 'node_modules'), join(cjs, 'node_modules'), { recursive: true });
    const outputs = [await compileAndRun(esm), await compileAndRun(cjs)];
    return { code: 0, output: outputs.join('') };
  } catch (error) {
    return { code: 1, output: error.message };
  } finally {
    rmSync(parent, { recursive: true, force: true });
  }
}

function writeProject(dir, type) {
  mkdirSync(dir);
  writeFileSync(join(dir, 'package.json'), JSON.stringify({ name: 'host', version: '1.0.0', private: true, type }));
  writeFileSync(join(dir, 'tsconfig.json'), JSON.stringify({ compilerOptions: COMPILER_OPTIONS, files: ['main.ts'] }));
  writeFileSync(join(dir, 'main.ts'), PROGRAM);
}

/** Installs the tarballs and their peers. better-sqlite3's binary is the workspace's own, unless it is another version. */
async function install(dir) {
  const tarballs = await Promise.all(shipped().map(tarball));
  const peers = PEERS.map((name) => `${name}@${readJson(join(workspaceCopy(name), 'package.json')).version}`);
  const node = `@types/node@${readJson(join(root, 'node_modules', '@types', 'node', 'package.json')).version}`;
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-save'];
  await must('npm install', npm(['install', ...flags, ...tarballs, ...peers, node], dir));

  const binary = join('build', 'Release', 'better_sqlite3.node');
  const compiled = join(workspaceCopy('better-sqlite3'), binary);
  if (!existsSync(compiled)) return must('npm rebuild', npm(['rebuild', 'better-sqlite3'], dir));
  const target = join(dir, 'node_modules', 'better-sqlite3', binary);
  mkdirSync(dirname(target), { recursive: true });
  cpSync(compiled, target);
}

async function compileAndRun(dir) {
  const kind = dir.endsWith('esm') ? 'ESM' : 'CommonJS';
  await must(`type check (${kind})`, tool('typescript', ['-p', dir], { command: 'tsc', cwd: dir }));
  const { output } = await must(`run (${kind})`, run(process.execPath, ['main.js'], { cwd: dir }));
  if (output.trim().split('\n').at(-1) !== 'TECH_SUPPORT_BASIC') throw new Error(`run (${kind}) printed:\n${output}`);
  return `${kind}: ${output}`;
}

/** Where the adapters find a peer dependency in this workspace. */
function workspaceCopy(name) {
  const adapters = ['adapter-sqlite', 'adapter-openai', 'adapter-redis'].map((dir) =>
    createRequire(join(root, 'packages', dir, 'package.json')),
  );
  const base = adapters.flatMap((adapter) => adapter.resolve.paths(name).map((dir) => join(dir, name)));
  return realpathSync(base.find((dir) => existsSync(join(dir, 'package.json'))));
}

const npm = (args, cwd) => run('npm', args, { cwd, shell: process.platform === 'win32' });

async function must(label, running) {
  const result = await running;
  if (result.code !== 0) throw new Error(`${label} failed\n${result.output}`);
  return result;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { code, output } = await packTest();
  console.log(output.trimEnd());
  process.exitCode = code;
}
