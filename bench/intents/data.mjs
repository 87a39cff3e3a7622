import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { supportScenarios } from '@firstline/example-scenario-pack';

const OUT_OF_SCOPE = 'oos';
const XSID = ['en', 'de', 'it', 'tr', 'kk', 'zh'];

/**
 * The sets of the folder, `{ train, val, test }` of `[text, label]` each, and what needs no data: start-up. Accuracies
 * of 5 and 10 examples a class are means over three draws by seed; where there is a published draw, it is a set, too.
 */
export function* setsIn(folder, { quick, only }) {
  const wanted = (name) => only === undefined || only.includes(name);
  if (wanted('start-up')) yield startUp('600 x 28', 28, 21);
  if (wanted('start-up')) yield startUp('150 x 10', 150, 10);
  if (folder === undefined || !existsSync(folder)) {
    console.log('No data: give a folder of intent sets with --data.');
    return;
  }
  const load = (name) => JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'));
  const has = (name) => existsSync(join(folder, `${name}.json`));

  if (has('clinc150')) {
    const { train, val } = load('clinc150');
    for (const shots of [5, 10]) {
      const draws = [1, 2, 3].map((seed) => ({ train: drawn(train, shots, seed), test: val }));
      if (wanted(`clinc150-${shots}`)) yield { name: `clinc150-${shots}`, draws };
    }
    if (!quick && wanted('clinc150-full')) yield { name: 'clinc150-full', draws: [{ train, test: val }] };
  }
  if (has('hwu64')) {
    const { train, val, few_5, few_10 } = load('hwu64');
    for (const [shots, published] of [
      [5, few_5],
      [10, few_10],
    ]) {
      const draws = [1, 2, 3].map((seed) => ({ train: drawn(train, shots, seed), test: val }));
      if (wanted(`hwu64-${shots}`)) yield { name: `hwu64-${shots}`, draws };
      const name = `hwu64-${shots}-published`;
      if (published !== undefined && wanted(name)) yield { name, draws: [{ train: published, test: val }] };
    }
    if (!quick && wanted('hwu64-full')) yield { name: 'hwu64-full', draws: [{ train, test: val }] };
  }
  for (const name of [...XSID.map((code) => `xsid_${code}`), 'askubuntu', 'chatbot', 'webapps']) {
    if (!has(name) || !wanted(name)) continue;
    const { train, test } = load(name);
    yield { name, draws: [{ train, test }] };
    if (!name.startsWith('xsid')) continue;
    const seen = new Set(train.map(([text]) => text));
    yield { name: `${name}-unseen`, draws: [{ train, test: test.filter(([text]) => !seen.has(text)) }] };
  }
}

export const isOutOfScope = (label) => label === OUT_OF_SCOPE;

/** Examples by label, `shots` of each, in an order that only the seed decides (mulberry32). */
function drawn(pairs, shots, seed) {
  return [...grouped(pairs).values()].flatMap((own) => shuffled(own, seed).slice(0, shots));
}

function grouped(pairs) {
  const groups = new Map();
  for (const pair of pairs) groups.set(pair[1], [...(groups.get(pair[1]) ?? []), pair]);
  return groups;
}

function shuffled(items, seed) {
  const order = [...items];
  let state = seed;
  for (let last = order.length - 1; last > 0; last -= 1) {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    const chosen = ((mixed ^ (mixed >>> 14)) >>> 0) % (last + 1);
    [order[last], order[chosen]] = [order[chosen], order[last]];
  }
  return order;
}

/** Messages of the scenario pack with other nouns in them, spread over so many scenarios: only for time and memory. */
function startUp(name, classes, shots) {
  const texts = supportScenarios.flatMap(({ examples }) => examples);
  const train = Array.from({ length: classes * shots }, (_, at) => {
    const label = at % classes;
    const round = Math.floor(at / classes);
    return [`${texts[(label * 7 + round) % texts.length]} thing${label}`, `S${label}`];
  });
  return {
    name,
    startUp: true,
    draws: [{ train, test: Array.from({ length: 6 }, () => texts.map((text) => [text, 'S0'])).flat() }],
  };
}
