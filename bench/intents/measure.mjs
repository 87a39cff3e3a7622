// One engine on one draw: node --expose-gc measure.mjs <engine> <file>
import { readFileSync } from 'node:fs';
import { evaluate, localClassifier } from '@firstline/core';
import { isOutOfScope } from './data.mjs';
import { peers } from './peers.mjs';

const UNKNOWN = 'UNKNOWN';
const [engine, file] = process.argv.slice(2);
const { train, test } = JSON.parse(readFileSync(file, 'utf8'));
const russian = train.filter(([text]) => /\p{Script=Cyrl}/u.test(text)).length * 2 > train.length;
const quiet = console.log;
console.log = () => undefined;

globalThis.gc();
const before = memory();
const startedAt = process.cpuUsage();
const { classifier, weights } = engine === 'firstline' ? await ours() : await peer();
const startUp = seconds(process.cpuUsage(startedAt));
globalThis.gc();
const held = memory() - before;

const labelled = test.map(([text, label]) => ({ text, scenario: isOutOfScope(label) ? UNKNOWN : label }));
const outOfScopeShare = labelled.some(({ scenario }) => scenario === UNKNOWN) ? 0.15 : 0;
const result = await evaluate(classifier, labelled, { outOfScopeShare });
const rate = await steadyRate(labelled.map(({ text }) => text));
const coverage = result.curve.findLast(({ precision }) => precision >= 0.9)?.coverage ?? 0;
const at = (threshold) => result.curve.findLast((point) => point.threshold >= threshold);

console.log = quiet;
const figures = {
  accuracy: result.accuracy,
  macroF1: result.macroF1,
  auroc: result.outOfScopeAuroc,
  ece: result.reliability.ece,
  coverage,
  coverageAt70: at(0.7)?.coverage ?? 0,
  precisionAt70: at(0.7)?.precision ?? null,
  coverageAt90: at(0.9)?.coverage ?? 0,
  precisionAt90: at(0.9)?.precision ?? null,
  startUp,
  rate,
  held,
  weights: weights(),
};
console.log(`RESULT ${JSON.stringify(figures)}`);
process.exit(0);

async function ours() {
  const byLabel = new Map();
  for (const [text, label] of train) byLabel.set(label, [...(byLabel.get(label) ?? []), text]);
  const scenarios = [...byLabel].map(([id, examples]) => ({ id, examples }));
  const classifier = localClassifier({ scenarios });
  await classifier.ready();
  const bytes = (base64) => base64.length * 0.75;
  const stored = () => classifier.toJSON();
  const weightsOf = ({ both, regression }) =>
    [both, regression].reduce((sum, each) => sum + bytes(each.bytes) + bytes(each.scales), 0) / 1e6;
  return { classifier, weights: () => weightsOf(stored()) };
}

async function peer() {
  const answer = await peers[engine](train, { russian });
  const classify = async ({ text }) => {
    const best = await answer(text);
    if (best === null) return { scenario: UNKNOWN, confidence: 0, reasoning: '', source: 'local', alternatives: [] };
    return { scenario: best.label, confidence: best.score, reasoning: '', source: 'local', alternatives: [] };
  };
  return { classifier: { classify }, weights: () => null };
}

/**
 * Messages per CPU second of a process that is warm, as a backend is: half a second of them is not counted, the next second
 * is. A small set is asked again and again; no engine remembers texts.
 */
async function steadyRate(texts) {
  await asked(texts, 0.5);
  const { messages, spent } = await asked(texts, 1);
  return messages / spent;
}

async function asked(texts, wanted) {
  const startedAt = process.cpuUsage();
  for (let messages = 0; ;) {
    for (let n = 0; n < 50; n += 1, messages += 1) await classifier.classify({ text: texts[messages % texts.length] });
    const spent = seconds(process.cpuUsage(startedAt));
    if (spent >= wanted) return { messages, spent };
  }
}

function memory() {
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 1e6;
}

function seconds({ user, system }) {
  return (user + system) / 1e6;
}
