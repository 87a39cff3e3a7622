import { FirstlineError } from '../errors';
import { FNV_OFFSET, mixFnv } from '../model/fnv';
import { fromBase64, toBase64 } from './base64';
import { CompactWeights, type StoredWeights } from './compact-weights';
import { ExampleIndex } from './example-index';
import { Languages } from './language';
import type { Join } from './meaning-join';
import { Openers } from './openers';
import type { Scope } from './scope';
import { runAtOnce, Slices } from './slices';
import type { StemmedLanguage } from './stemmer';
import { TextAnalysis } from './text-analysis';
import { TextModel } from './text-model';
import { classesFor, type ClassifiableScenario, type Training } from './training';
import { Vocabulary } from './vocabulary';

/** Goes up whenever the same JSON would mean something else: features, weights or the list of concepts changed. */
const VERSION = 2;

/** A trained local classifier as plain data. Treat it as opaque. */
export interface LocalModel {
  readonly format: 'firstline-local-classifier';
  readonly version: number;
  /** Of the scenarios it was trained from. */
  readonly fingerprint: string;
  readonly languages: readonly string[];
  readonly openers: readonly string[];
  readonly hashes: string;
  readonly idf: string;
  readonly conceptShare: number;
  readonly both: StoredWeights;
  readonly regression: StoredWeights;
  /** One after the other: the lengths of the vectors, their labels and numbers, then their contents. */
  readonly examples: {
    readonly lengths: string;
    readonly labels: string;
    readonly numbers: string;
    readonly indices: string;
    readonly values: string;
  };
  readonly temperature: number;
  readonly scope: Scope;
  readonly sources: readonly string[];
  /** How an embedder's points join, and which embedder's; null: none was given. Their points are not kept. */
  readonly meaning: (Join & { readonly embedder: string }) | null;
}

export function storeModel(
  training: Training,
  scenarios: readonly ClassifiableScenario[],
  meaning: LocalModel['meaning'],
): LocalModel {
  const { analysis, model, temperature, scope, sources } = training;
  const kept = model.examples.examples;
  return {
    format: 'firstline-local-classifier',
    version: VERSION,
    fingerprint: fingerprintOf(scenarios),
    languages: analysis.languages.latin,
    openers: [...analysis.openers.phrases],
    hashes: toBase64(model.vocabulary.hashes),
    idf: toBase64(model.vocabulary.weights),
    conceptShare: model.vocabulary.conceptShare,
    both: model.both.store(),
    regression: model.regression.store(),
    examples: {
      lengths: toBase64(Int32Array.from(kept, ({ vector }) => vector.indices.length)),
      labels: toBase64(Int32Array.from(kept, ({ label }) => label)),
      numbers: toBase64(Int32Array.from(kept, ({ number }) => number)),
      indices: toBase64(Int32Array.from(kept.flatMap(({ vector }) => [...vector.indices]))),
      values: toBase64(Float32Array.from(kept.flatMap(({ vector }) => [...vector.values]))),
    },
    temperature,
    scope,
    sources,
    meaning,
  };
}

/** @throws FirstlineError `invalid_options` for anything but a model of these scenarios, made by this version. */
export function loadModel(stored: unknown, scenarios: readonly ClassifiableScenario[]): Training {
  if (!isLocalModel(stored)) throw refusal('expected what toJSON() of a local classifier gave');
  if (stored.version !== VERSION) throw refusal(`made by another version (${stored.version}); train again`);
  if (stored.fingerprint !== fingerprintOf(scenarios)) throw refusal('trained from other scenarios; train again');
  try {
    return trainingOf(stored, classesFor(scenarios.length));
  } catch (cause) {
    throw refusal('damaged; train again', cause);
  }
}

function trainingOf(stored: LocalModel, classes: number): Training {
  const vocabulary = new Vocabulary(
    new Int32Array(fromBase64(stored.hashes)),
    new Float32Array(fromBase64(stored.idf)),
    stored.conceptShare,
  );
  const both = CompactWeights.load(stored.both, classes);
  const regression = CompactWeights.load(stored.regression, classes);
  for (const { features, length } of [both, regression]) {
    if (features !== vocabulary.size || length !== features * classes) throw new RangeError('weights of another shape');
  }
  const examples = new ExampleIndex(examplesOf(stored.examples), classes, vocabulary.size);
  return {
    analysis: runAtOnce(
      TextAnalysis.of(
        new Languages(stored.languages as readonly StemmedLanguage[]),
        new Openers(stored.openers),
        new Slices(),
      ),
    ),
    model: new TextModel(classes, vocabulary, both, regression, examples),
    temperature: stored.temperature,
    scope: stored.scope,
    sources: stored.sources,
  };
}

function examplesOf(stored: LocalModel['examples']) {
  const labels = new Int32Array(fromBase64(stored.labels));
  const numbers = new Int32Array(fromBase64(stored.numbers));
  const indices = new Int32Array(fromBase64(stored.indices));
  const values = new Float32Array(fromBase64(stored.values));
  let start = 0;
  return Array.from(new Int32Array(fromBase64(stored.lengths)), (length, at) => {
    const vector = { indices: indices.subarray(start, start + length), values: values.subarray(start, start + length) };
    start += length;
    return { vector, label: labels[at]!, number: numbers[at]! };
  });
}

function isLocalModel(stored: unknown): stored is LocalModel {
  return (
    typeof stored === 'object' &&
    stored !== null &&
    (stored as Partial<LocalModel>).format === 'firstline-local-classifier' &&
    typeof (stored as Partial<LocalModel>).version === 'number'
  );
}

function refusal(reason: string, cause?: unknown): FirstlineError {
  return new FirstlineError('invalid_options', `model: ${reason}`, { path: 'model', cause });
}

/** Over ids, descriptions and examples in their order: what the training reads. Two hashes of 32 bits, as hexadecimals. */
function fingerprintOf(scenarios: readonly ClassifiableScenario[]): string {
  const text = JSON.stringify(scenarios.map(({ id, description = '', examples }) => [id, description, examples]));
  let one = FNV_OFFSET;
  let other = ~FNV_OFFSET;
  for (let index = 0; index < text.length; index += 1) {
    one = mixFnv(one, text.charCodeAt(index));
    other = mixFnv(other, text.charCodeAt(index) + index);
  }
  return [one, other].map((hash) => (hash >>> 0).toString(16).padStart(8, '0')).join('');
}
