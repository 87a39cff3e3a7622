declare module 'snowball-stemmers' {
  interface SnowballStemmer {
    stem(word: string): string;
  }
  // By name only: its `__esModule` mark leaves a default import undefined in some bundles.
  export function newStemmer(algorithm: string): SnowballStemmer;
}
