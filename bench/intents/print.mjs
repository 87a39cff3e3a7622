const BESIDE = 'nlp.js';

const HEAD = ['acc', 'F1', 'AUROC', 'ECE', 'at P90', 'at .7', 'right', 'at .9', 'right', 'msg/s', 'beside'];

/**
 * Accuracy and macro-F1 in scope, AUROC out of scope, ECE (15 % out of scope where the set has it); the share of the
 * traffic that can be accepted at 90 % precision, and what is accepted at confidences of 0.7 and 0.9 (calls of a model
 * saved by a cascade) with the share of it that is right; messages per CPU second, and as a ratio beside NLP.js.
 */
export function printSet({ name }, results) {
  const beside = results.find(({ engine }) => engine === BESIDE)?.rate;
  console.log(`\n${name.padEnd(22)}${HEAD.map((each) => each.padStart(8)).join('')}`);
  for (const each of results) {
    const figures = [
      ...[percent(each.accuracy), percent(each.macroF1), fixed(each.auroc), fixed(each.ece), percent(each.coverage)],
      ...[percent(each.coverageAt70), percent(each.precisionAt70)],
      ...[percent(each.coverageAt90), percent(each.precisionAt90)],
      ...[fixed(each.rate, 0), each.rate == null || beside == null ? '–' : `×${(each.rate / beside).toFixed(2)}`],
    ];
    console.log(`  ${each.engine.padEnd(20)}${figures.map((figure) => figure.padStart(8)).join('')}`);
  }
}

/** CPU seconds, messages per CPU second and memory, as they are and as ratios beside NLP.js. */
export function printStartUp({ name }, results) {
  console.log(`\nstart-up, ${name}: CPU s, messages/s, MB held, MB weights; the same as ratios`);
  const beside = results.find(({ engine }) => engine === BESIDE);
  for (const { engine, startUp, rate, held, weights } of results) {
    const figures = [fixed(startUp, 2), fixed(rate, 0), fixed(held, 1), fixed(weights, 1)];
    const ratios = ['startUp', 'rate', 'held'].map((key) => {
      const own = { startUp, rate, held }[key];
      return own == null || beside?.[key] == null ? '–' : `×${(own / beside[key]).toFixed(2)}`;
    });
    console.log(`  ${engine.padEnd(10)} ${[...figures, ...ratios].map((figure) => figure.padStart(8)).join('')}`);
  }
}

function percent(share) {
  return share == null ? '–' : (share * 100).toFixed(1);
}

function fixed(figure, digits = 3) {
  return figure == null ? '–' : figure.toFixed(digits);
}
