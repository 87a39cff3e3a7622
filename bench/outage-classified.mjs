// Labels of a stream's texts as the local classifier gives them, with the errors it really makes.
import { localClassifier } from '@firstline/core';

/** Texts of the stream with this seed teach, and of them only so many: the others are new to the classifier. */
const TEACHING_SEED = 9_001;
const TAUGHT_SHARE = 0.6;
const TEACHING_EVENTS = 60_000;
const MOST_EXAMPLES = 40;
/** Places and times are what differs between two texts of one wording. */
const DETAILS = /\b(r\d+|\d{2}:\d{2})\b/g;

const wordingOf = (text) => text.replace(DETAILS, '…');

/**
 * `labelOf(text)`, and how often it agrees with what most events with that wording are labelled. `open` makes a stream for
 * a seed; a wording belongs to the scenario that most of its events carry.
 */
export async function classifiedLabels(open, seed, scenarios) {
  const meaning = meanings(open(TEACHING_SEED), TEACHING_EVENTS);
  const examples = new Map(scenarios.map(({ id }) => [id, []]));
  let place = 0;
  for (const [wording, { scenario, text }] of [...meaning].sort(([a], [b]) => (a < b ? -1 : 1))) {
    place += 1;
    const own = examples.get(scenario);
    // Every scenario needs something to be known by.
    const taught =
      own !== undefined && own.length < MOST_EXAMPLES && (own.length < 2 || (place * 7919) % 100 < TAUGHT_SHARE * 100);
    if (taught) own.push(text ?? wording);
  }
  const known = scenarios.filter(({ id }) => examples.get(id).length > 0);
  const described = known.map(({ id }) => ({ id, description: id.replaceAll('_', ' '), examples: examples.get(id) }));
  const classifier = localClassifier({ scenarios: described });
  await classifier.ready();

  const labels = new Map();
  let [agreed, judged] = [0, 0];
  for (const event of open(seed).events()) {
    let label = labels.get(event.text);
    if (label === undefined) {
      label = (await classifier.classify({ text: event.text })).scenario;
      labels.set(event.text, label);
    }
    const meant = meaning.get(wordingOf(event.text))?.scenario;
    if (meant === undefined) continue;
    judged += 1;
    if (meant === label) agreed += 1;
  }
  return { labelOf: (text) => labels.get(text), accuracy: agreed / judged };
}

function meanings(stream, limit) {
  const counts = new Map();
  let events = 0;
  for (const { text, scenario } of stream.events()) {
    const wording = wordingOf(text);
    const own = counts.get(wording) ?? { text, by: new Map() };
    counts.set(wording, own);
    own.by.set(scenario, (own.by.get(scenario) ?? 0) + 1);
    if ((events += 1) >= limit) break;
  }
  return new Map(
    [...counts].map(([wording, { text, by }]) => {
      const [scenario] = [...by].sort((a, b) => b[1] - a[1])[0];
      return [wording, { scenario, text }];
    }),
  );
}
