/**
 * How people write Russian in Latin letters, longest first: no standard, but what chats are full of. Where there are
 * several habits (h is х or, in "bolshoe h", ш; y is ы or й), the common one is here and the rest is left to n-grams.
 */
const SPELLINGS: Readonly<Record<string, string>> = {
  shch: 'щ',
  sch: 'щ',
  zh: 'ж',
  kh: 'х',
  ts: 'ц',
  tc: 'ц',
  ch: 'ч',
  sh: 'ш',
  yu: 'ю',
  ju: 'ю',
  iu: 'ю',
  ya: 'я',
  ja: 'я',
  ia: 'я',
  yo: 'е',
  jo: 'е',
  ye: 'е',
  je: 'е',
  ck: 'к',
  a: 'а',
  b: 'б',
  c: 'ц',
  d: 'д',
  e: 'е',
  f: 'ф',
  g: 'г',
  h: 'х',
  i: 'и',
  j: 'й',
  k: 'к',
  l: 'л',
  m: 'м',
  n: 'н',
  o: 'о',
  p: 'п',
  q: 'к',
  r: 'р',
  s: 'с',
  t: 'т',
  u: 'у',
  v: 'в',
  w: 'в',
  x: 'х',
  y: 'ы',
  z: 'з',
  '4': 'ч',
  '6': 'ш',
  "'": 'ь',
};
const SPELLING = /shch|sch|zh|kh|ts|tc|ch|sh|yu|ju|iu|ya|ja|ia|yo|jo|ye|je|ck|[a-z'46]/g;

/** Russian written in Latin letters, back in its own: "ne rabotaet" is "не работает". */
export function inCyrillic(text: string): string {
  return (
    text
      .toLowerCase()
      // й follows a vowel ("moy", "kakoy", "novyy"), ы does not.
      .replace(/(?<=[aeiouy])y(?![aeou])/g, 'j')
      .replace(SPELLING, (spelling) => SPELLINGS[spelling] ?? spelling)
  );
}
