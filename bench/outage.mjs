// The built outage detector beside the baselines of a benchmark folder, on the same streams in one run.
// Run with: npm run build && npm run bench:outage -- --bench ../shared/bench/outage --seeds 2,3 [--streams A1,B1]
//   [--text 1] [--classified 1] [--only ref,scan] [--raw rows.json]
// With --classified the labels are those that the local classifier gives the texts, with its real errors.
// The folder has to hold gen.mjs, streams.mjs, score.mjs and baselines.mjs; nothing of it is copied here.
import { existsSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { outageAdapter } from './outage-adapter.mjs';

const MINUTE = 60_000;
const SAMPLE = 50_000;
const NEEDED = ['gen.mjs', 'streams.mjs', 'score.mjs', 'baselines.mjs'];
/** Of the baselines, those that a reader wants to see beside: the last predecessor and the best prototypes. */
const BESIDE = ['last100>=20', 'seasonalNB p<0.000001', 'ref h=10 p<1e-6'];

const options = readOptions(process.argv.slice(2));
const folder = resolve(options.bench ?? '');
const missing = options.bench === undefined ? NEEDED : NEEDED.filter((name) => !existsSync(join(folder, name)));
if (missing.length > 0) {
  console.error(
    options.bench === undefined
      ? 'Say where the benchmark is: npm run bench:outage -- --bench <folder> [--seeds 2,3] [--streams A1,B1]'
      : `${folder} is no outage benchmark: ${missing.join(', ')} missing.`,
  );
  process.exit(2);
}
const load = (name) => import(pathToFileURL(join(folder, name)).href);
const { createStream, streamConfig, EPOCH, NAMES, SERVICE, FAULT } = await load('gen.mjs');
const { STREAMS, SUITE } = await load('streams.mjs');
const { Alarms, aggregate, score } = await load('score.mjs');
const baselines = await load('baselines.mjs');
// Built, and after the checks: what is wrong with the options is worth saying before there is a build.
const { outageDetector } = await import('@firstline/core');
const { classifiedLabels } = await import('./outage-classified.mjs');

const streams = list(options.streams ?? SUITE.join(','));
const seeds = list(options.seeds ?? '2,3').map(Number);
const unknown = streams.filter((name) => STREAMS[name] === undefined);
if (unknown.length > 0 || seeds.some((seed) => !Number.isInteger(seed))) {
  console.error(
    `Unknown streams or seeds: ${[...unknown, ...seeds.filter((seed) => !Number.isInteger(seed))].join(', ')}`,
  );
  process.exit(2);
}

const scenarios = NAMES.map((id) => ({ id, service: SERVICE[id], outage: FAULT.has(id) }));
const detectors = new Map([
  ['firstline', (emit) => outageAdapter(outageDetector({ scenarios }), emit)],
  ['last100>=20', baselines.last100({ n: 20 })],
  ['seasonalNB p<0.000001', baselines.seasonalNB({ p: 0.000001 })],
  ['ref h=10 p<1e-6', baselines.refCusum({ h: 10, gateP: 1e-6 })],
]);
const chosen = [
  'firstline',
  ...BESIDE.filter((name) => list(options.only ?? BESIDE.join(',')).some((own) => name.startsWith(own))),
];

const results = new Map(chosen.map((name) => [name, { scores: [], ms: 0, events: 0, state: 0 }]));
for (const stream of streams) {
  for (const seed of seeds) await runStream(stream, seed);
}
print();
if (options.raw !== undefined) {
  writeFileSync(
    options.raw,
    JSON.stringify(Object.fromEntries([...results].map(([name, { scores }]) => [name, scores]))),
  );
}

async function runStream(name, seed) {
  const classified = options.classified === '1';
  const open = (own) => createStream(streamConfig(name, own, { text: classified || options.text === '1' }));
  const labels = classified ? await classifiedLabels(open, seed, scenarios) : null;
  const stream = open(seed);
  const runs = chosen.map((detector) => {
    const alarms = new Alarms();
    return { result: results.get(detector), alarms, own: detectors.get(detector)((line) => alarms.add(line)) };
  });
  let batch = [];
  let next = EPOCH + MINUTE;
  let events = 0;
  const closeMinute = () => {
    for (const { own, result } of runs) {
      const start = performance.now();
      for (const event of batch) own.push(event);
      own.tick(next);
      result.ms += performance.now() - start;
    }
    batch = [];
    next += MINUTE;
  };
  const measure = () => {
    for (const { own, result } of runs) result.state = Math.max(result.state, own.stateSize());
  };
  for (const event of stream.events()) {
    while (event.t >= next) closeMinute();
    const scenario = labels?.labelOf(event.text);
    batch.push(scenario === undefined ? event : { ...event, scenario, service: SERVICE[scenario] });
    events += 1;
    if (events % SAMPLE === 0) measure();
  }
  while (next <= EPOCH + stream.minutes * MINUTE) closeMinute();
  measure();
  const truth = stream.truth();
  for (const { result, alarms } of runs) {
    result.scores.push(score(truth, alarms));
    result.events += events;
  }
  const read = labels === null ? '' : `, ${percent(labels.accuracy)} % of texts read right`;
  console.error(`${name} ${seed}: ${events} messages, ${truth.incidents.length} outages${read}`);
}

function print() {
  const head =
    'detector|of all %|of detectable %|large %|within 5 min of oracle %|later than oracle med/p95|clients med/p95|' +
    'false alarms/week (worst stream)|by 1–3 clients|links P/R|recovery med/p95|premature %|fragments|headline|µs|state';
  console.log(`| ${head.split('|').join(' | ')} |\n|${'---|'.repeat(head.split('|').length)}`);
  for (const [name, { scores, ms, events, state }] of results) {
    const all = aggregate(scores);
    const cells = [
      ...[name, percent(all.detRate), percent(all.detRateOracle), percent(all.bySeverity.large?.det)],
      ...[percent(all.timely), pair(all.extraMed, all.extraP95, 1), pair(all.custMed, all.custP95, 0)],
      ...[`${fixed(all.faPerWeek, 2)} (${fixed(all.faMaxStream, 1)})`, all.causes.flood ?? 0],
      ...[pair(all.linkP, all.linkR, 2), pair(all.recMed, all.recP95, 0), percent(all.premature)],
      ...[fixed(all.fragments, 2), fixed(all.headline, 1), fixed((ms / events) * 1_000, 1), state],
    ];
    console.log(`| ${cells.join(' | ')} |`);
  }
  const [first] = results.values();
  for (const stream of streams) {
    const own = aggregate(first.scores.filter((one) => one.stream === stream));
    const found = own.incidents === 0 ? 'no outages' : `${percent(own.detRateOracle)} % of detectable found`;
    console.log(`${stream}: ${found}, ${fixed(own.faPerWeek, 2)} false alarms a week ${JSON.stringify(own.causes)}`);
  }
}

function readOptions(args) {
  const pairs = args.join(' ').split('--').filter(Boolean);
  return Object.fromEntries(pairs.map((text) => text.trim().split(/[ =]+/)));
}

function list(text) {
  return text.split(',').filter(Boolean);
}

function fixed(value, digits) {
  return typeof value === 'number' && Number.isFinite(value) ? value.toFixed(digits) : '–';
}

function percent(share) {
  return fixed(typeof share === 'number' ? share * 100 : undefined, 0);
}

function pair(one, other, digits) {
  return `${fixed(one, digits)} / ${fixed(other, digits)}`;
}
