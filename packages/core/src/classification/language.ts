import type { StemmedLanguage } from './stemmer';

/**
 * The most frequent short words of the languages that share a script, as far as they tell one from another. A message
 * rarely has fewer than two of them, and a wrong guess costs little: a stem is one of four views of a word.
 */
const FUNCTION_WORDS: Partial<Record<StemmedLanguage, string>> = {
  english: 'the is are was my i you it of and to in for how what why when can do does not have this that with on me we',
  german:
    'der die das ist sind war mein ich sie es und zu im für wie was warum wann kann nicht habe haben dieser mit auf mir wir ein eine von den',
  french:
    'le la les est sont mon ma je vous il et à dans pour comment quel pourquoi quand peux pas ai avez ce cette avec sur moi nous un une des du que',
  spanish:
    'el la los las es son mi yo usted y a en para cómo como qué que por cuándo puedo no he este esta con me nos un una del tengo',
  italian:
    'il lo la gli è sono mio mia io e di in per come che cosa perché quando posso non ho questo questa con su mi un una del della',
  portuguese:
    'o a os as é são meu minha eu você e em para como que por quando posso não tenho este esta com me um uma do da no na',
  dutch: 'de het een is zijn mijn ik u je en te in voor hoe wat waarom wanneer kan niet heb dit dat met op mij wij van',
  swedish: 'den det en ett är min mitt jag du och att i för hur vad varför när kan inte har detta med på mig vi av',
  danish:
    'den det en et er min mit jeg du og at i for hvordan hvad hvorfor hvornår kan ikke har dette med på mig vi af',
  norwegian: 'den det en et er min mitt jeg du og å i for hvordan hva hvorfor når kan ikke har dette med på meg vi av',
  finnish: 'on ei ja se että minun minä sinä en miten mitä miksi milloin voin voiko olen tämä kun mikä ovat ole',
  hungarian: 'a az és nem egy hogy van az én te hogyan mit miért mikor lehet ez azt is meg nekem mi',
  romanian: 'și să nu un o este sunt meu mea eu cum ce de la în pentru când pot am acest cu pe mă ne din',
  turkish: 'bir ve bu ne için mi mı benim ben nasıl neden ne zaman var yok değil ile da de çok bana daha',
  czech: 'a je jsem můj moje já vy to v na pro jak co proč kdy mohu ne nemám tento s mi se si že',
  catalan: 'el la els les és són meu meva jo i a en per com què quan puc no tinc aquest amb em un una del',
};

const LANGUAGES_OF = new Map<string, StemmedLanguage[]>();
for (const [language, words] of Object.entries(FUNCTION_WORDS)) {
  for (const word of new Set(words.split(' '))) {
    LANGUAGES_OF.set(word, [...(LANGUAGES_OF.get(word) ?? []), language as StemmedLanguage]);
  }
}

/** Letters that Russian does not have: Ukrainian, Kazakh, Serbian and others, for which there is no stemmer. */
const OTHER_CYRILLIC = /[іїєґўәғқңөұүһђјљњћџ]/;
const SCRIPTS: readonly (readonly [StemmedLanguage, RegExp])[] = [
  ['russian', /\p{Script=Cyrl}/u],
  ['arabic', /\p{Script=Arab}/u],
  ['armenian', /\p{Script=Armn}/u],
  ['tamil', /\p{Script=Taml}/u],
];
const LATIN = /\p{Script=Latn}/u;
/** Tell most words without looking up the script of each character. */
const BEGINS_LATIN = /^[a-z]/;
const RUSSIAN = /^[а-я]+$/;
/** A language of one text in forty is rather a name or a slip than a language of this desk. */
const FEWEST_SHARE = 1 / 40;

/** Which stemmer each word of a text is for, told by script and, where languages share it, by their commonest words. */
export class Languages {
  /** Languages in Latin script that the examples are written in, the commonest first. */
  readonly latin: readonly StemmedLanguage[];

  constructor(latin: readonly StemmedLanguage[]) {
    this.latin = latin;
  }

  static ofTexts(texts: readonly (readonly string[])[]): Languages {
    const all = new Languages(Object.keys(FUNCTION_WORDS) as StemmedLanguage[]);
    const counts = new Map<StemmedLanguage, number>();
    for (const words of texts) {
      const language = all.#told(words);
      if (language !== null) counts.set(language, (counts.get(language) ?? 0) + 1);
    }
    const told = [...counts].sort((a, b) => b[1] - a[1]);
    const total = told.reduce((sum, [, count]) => sum + count, 0);
    return new Languages(told.filter(([, count]) => count >= total * FEWEST_SHARE).map(([language]) => language));
  }

  /** One language per word, or null where there is no stemmer for it. */
  ofWords(words: readonly string[]): (StemmedLanguage | null)[] {
    const told = this.latin.length > 1 ? this.#told(words) : null;
    const latin = told ?? this.latin[0] ?? 'english';
    let otherCyrillic: boolean | null = null;
    return words.map((word) => {
      if (BEGINS_LATIN.test(word)) return latin;
      if (!RUSSIAN.test(word)) {
        if (LATIN.test(word)) return latin;
        const language = SCRIPTS.find(([, script]) => script.test(word))?.[0] ?? null;
        if (language !== 'russian') return language;
      }
      otherCyrillic ??= words.some((each) => OTHER_CYRILLIC.test(each));
      return otherCyrillic ? null : 'russian';
    });
  }

  /** The language in Latin script whose words are most, the commoner one when as many; null when there is none. */
  #told(words: readonly string[]): StemmedLanguage | null {
    const counts = new Map<StemmedLanguage, number>();
    for (const word of words) {
      for (const language of LANGUAGES_OF.get(word) ?? []) counts.set(language, (counts.get(language) ?? 0) + 1);
    }
    let told: StemmedLanguage | null = null;
    for (const language of this.latin) {
      if ((counts.get(language) ?? 0) > (told === null ? 0 : counts.get(told)!)) told = language;
    }
    return told;
  }
}
