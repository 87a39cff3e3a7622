const BESIDE = 'nlp.js';

/** Accuracy in scope, AUROC out of scope, ECE (15 % out of scope where the set has it), share accepted at 90 % precision. */
export function printSet({ name }, results) {
  console.log(`\n${name}`);
  for (const { engine, accuracy, auroc, ece, coverage } of results) {
    const figures = [percent(accuracy), fixed(auroc), fixed(ece), percent(coverage)];
    console.log(`  ${engine.padEnd(10)} ${figures.map((figure) => figure.padStart(7)).join('')}`);
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
