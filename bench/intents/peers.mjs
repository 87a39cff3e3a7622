import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { peersFolder } from '../install-peers.mjs';

export const PEERS = {
  '@nlpjs/basic': '4.27.0',
  '@nlpjs/lang-en': '4.26.1',
  '@nlpjs/lang-ru': '4.26.1',
  'fasttext.wasm': '1.0.1',
  natural: '8.1.1',
  'wink-naive-bayes-text-classifier': '2.2.1',
  'wink-nlp-utils': '2.1.0',
};

const PEERS_FOLDER = peersFolder('peers');
const fromPeers = createRequire(`${PEERS_FOLDER}package.json`);

/**
 * Each with the settings its documentation gives: from examples to a function that answers the best label and its score.
 * NLP.js and fastText score 0 to 1, the Bayes classifiers' scores are brought to a sum of 1.
 */
export const peers = {
  'nlp.js': async (train, { russian }) => {
    const { dockStart } = fromPeers('@nlpjs/basic');
    const { LangEn } = fromPeers('@nlpjs/lang-en');
    const { LangRu } = fromPeers('@nlpjs/lang-ru');
    const settings = { nlp: { autoSave: false, autoLoad: false, log: false } };
    const dock = await dockStart({ settings, use: ['Basic'] }, false);
    const language = russian ? 'ru' : 'en';
    dock.getContainer().use(russian ? LangRu : LangEn);
    const nlp = dock.get('nlp');
    nlp.settings.autoSave = false;
    nlp.addLanguage(language);
    for (const [text, label] of train) nlp.addDocument(language, text, label);
    await nlp.train();
    return async (text) => {
      const { classifications } = await nlp.process(language, text);
      const best = classifications.find(({ intent }) => intent !== 'None');
      return best === undefined ? null : { label: best.intent, score: best.score };
    };
  },
  natural: async (train, { russian }) => {
    const { BayesClassifier, PorterStemmer, PorterStemmerRu } = fromPeers('natural');
    const classifier = new BayesClassifier(russian ? PorterStemmerRu : PorterStemmer);
    for (const [text, label] of train) classifier.addDocument(text, label);
    classifier.train();
    return async (text) => best(classifier.getClassifications(text).map(({ label, value }) => [label, value]));
  },
  wink: async (train) => {
    const utils = fromPeers('wink-nlp-utils');
    const classifier = fromPeers('wink-naive-bayes-text-classifier')();
    classifier.definePrepTasks([utils.string.tokenize0, utils.tokens.stem]);
    classifier.defineConfig({ considerOnlyPresence: true, smoothingFactor: 0.5 });
    for (const [text, label] of train) classifier.learn(text, label);
    classifier.consolidate();
    return async (text) => best(classifier.computeOdds(text).map(([label, odds]) => [label, 2 ** odds]));
  },
  fasttext: async (train) => {
    const entry = `${PEERS_FOLDER}node_modules/fasttext.wasm/dist/core/fasttext.mjs`;
    const { default: load } = await import(pathToFileURL(entry).href);
    const wasm = await load();
    const flat = (text) => text.toLowerCase().replace(/\s+/g, ' ');
    const labels = [...new Set(train.map(([, label]) => label))];
    const lines = train.map(([text, label]) => `__label__${labels.indexOf(label)} ${flat(text)}`);
    wasm.FS.writeFile('train.txt', lines.join('\n'));
    const args = new wasm.Args();
    const epoch = train.length < 2_500 ? 100 : 25;
    Object.assign(args, { model: wasm.ModelName.supervised, loss: wasm.LossName.softmax });
    Object.assign(args, { input: 'train.txt', output: 'model', minCount: 1, dim: 50, lr: 0.5, epoch, thread: 1 });
    Object.assign(args, { wordNgrams: 2, minn: 2, maxn: 5, bucket: 200_000, label: '__label__', verbose: 0 });
    const model = new wasm.FastText();
    model.train(args, () => undefined);
    return async (text) => {
      const answers = model.predict(`${flat(text)}\n`, 1, 0);
      if (answers.size() === 0) return null;
      const [score, name] = [].concat(Object.values(answers.get(0)));
      return { label: labels[Number(String(name).replace('__label__', ''))], score: Math.min(1, score) };
    };
  },
};

function best(scored) {
  const sum = scored.reduce((total, [, value]) => total + value, 0);
  let [label, value] = scored[0] ?? [null, 0];
  for (const each of scored) if (each[1] > value) [label, value] = each;
  return label === null ? null : { label, score: sum > 0 && Number.isFinite(sum) ? value / sum : 0 };
}
