/** What happens to a text between the head and the chat: typos, the wrong keyboard layout, Latin letters. */
export type Dirt = (text: string) => string;

const ALPHABET = 'абвгдежзийклмнопрстуфхцчшщъыьэюя';
const KEYS = 'йцукенгшщзхъфывапролджэячсмитьбюё';
const LATIN_KEYS = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`";
/** As in passports and chats, without signs for ь and ъ; not the table that repairs it. */
const LATIN: Readonly<Record<string, string>> = Object.fromEntries(
  'а:a б:b в:v г:g д:d е:e ё:e ж:zh з:z и:i й:y к:k л:l м:m н:n о:o п:p р:r с:s т:t у:u ф:f х:h ц:c ч:ch ш:sh щ:sch ъ: ы:y ь: э:e ю:yu я:ya'
    .split(' ')
    .map((pair) => pair.split(':') as [string, string]),
);

export const inWrongLayout: Dirt = (text) =>
  [...text.toLowerCase()].map((letter) => LATIN_KEYS[KEYS.indexOf(letter)] ?? letter).join('');

export const inLatinLetters: Dirt = (text) => [...text.toLowerCase()].map((letter) => LATIN[letter] ?? letter).join('');

/** One edit in every second word of four letters or more: a letter left out, doubled, exchanged or swapped. */
export const withTypos: Dirt = (text) => {
  let seen = 0;
  return text.replace(/\p{L}{4,}/gu, (word) => {
    seen += 1;
    return seen % 2 === 1 ? withTypo(word, [...text].length + seen) : word;
  });
};

/** The same typo for the same word and number: 32-bit FNV-1a of the word decides where and which. */
function withTypo(word: string, number: number): string {
  let hash = 0x811c9dc5 ^ number;
  for (const letter of word) hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193) >>> 0;
  const at = 1 + (hash % (word.length - 2));
  const before = word.slice(0, at);
  const after = word.slice(at + 1);
  switch ((hash >>> 8) % 4) {
    case 0:
      return before + after;
    case 1:
      return `${before}${word[at]}${word[at]}${after}`;
    case 2:
      return before + ALPHABET[(hash >>> 16) % ALPHABET.length] + after;
    default:
      return `${before}${word[at + 1]}${word[at]}${word.slice(at + 2)}`;
  }
}
