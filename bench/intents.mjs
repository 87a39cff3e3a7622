// Ours and the peers that install today on intent sets, every figure from the same run: see README.md.
//
//   npm run bench:intents -- --data <folder> [--sets clinc150-10,hwu64-10] [--engines firstline,nlp.js] [--quick]
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { installPeers } from './install-peers.mjs';
import { setsIn } from './intents/data.mjs';
import { PEERS } from './intents/peers.mjs';
import { printSet, printStartUp } from './intents/print.mjs';

const ENGINES = ['firstline', 'nlp.js', 'natural', 'wink', 'fasttext'];
const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    sets: { type: 'string' },
    engines: { type: 'string' },
    quick: { type: 'boolean', default: false },
  },
});

const wanted = values.engines?.split(',') ?? ENGINES;
const engines = installPeers('peers', PEERS) ? wanted : wanted.filter((engine) => engine === 'firstline');
const folder = mkdtempSync(join(tmpdir(), 'intents-'));
try {
  for (const set of setsIn(values.data, { quick: values.quick, only: values.sets?.split(',') })) {
    const results = engines.map((engine) => ({ engine, ...averaged(set.draws.map((draw) => measured(engine, draw))) }));
    if (set.startUp) printStartUp(set, results);
    else printSet(set, results);
  }
} finally {
  rmSync(folder, { recursive: true });
}

/** In a process of its own, so that one engine's memory and compiled code are not another's. */
function measured(engine, draw) {
  const file = join(folder, 'draw.json');
  writeFileSync(file, JSON.stringify(draw));
  const worker = new URL('./intents/measure.mjs', import.meta.url).pathname;
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--expose-gc', worker, engine, file], {
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  const line = stdout.split('\n').find((each) => each.startsWith('RESULT '));
  if (status === 0 && line !== undefined) return JSON.parse(line.slice('RESULT '.length));
  console.error(`${engine} failed: ${/^\w*Error.*$/m.exec(stderr)?.[0] ?? `exit ${status}`}`);
  return {};
}

/** Figure by figure; the draws of one set differ by a point or two. */
function averaged(results) {
  const mean = {};
  for (const key of Object.keys(results[0] ?? {})) {
    const figures = results.map((result) => result[key]);
    mean[key] = figures.some((figure) => figure == null) ? null : figures.reduce((a, b) => a + b, 0) / figures.length;
  }
  return mean;
}
