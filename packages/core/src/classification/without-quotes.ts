/** Fewer characters in a row are words anybody would use. Some four or five words. */
const LONGEST_QUOTE = 24;

/** `sentence` without what it quotes of `text`: every run of more than 24 characters that stands in it becomes `…`. */
export function withoutQuotes(sentence: string, text: string): string {
  const said = plain(sentence);
  const source = comparable(plain(text));
  const compared = comparable(said);
  const runs = new Set<string>();
  for (let at = 0; at + LONGEST_QUOTE < source.length; at += 1) runs.add(source.slice(at, at + LONGEST_QUOTE + 1));

  let result = '';
  for (let at = 0; at < said.length;) {
    let end = at;
    while (runs.has(compared.slice(end, end + LONGEST_QUOTE + 1))) end += 1;
    if (end === at) {
      result += said.charAt(at);
      at += 1;
    } else {
      result += '…';
      at = end + LONGEST_QUOTE;
    }
  }
  return result;
}

function plain(text: string): string {
  return text.normalize('NFKC').replace(/\s+/g, ' ').trim();
}

/** In small letters, but of the same length, so that places in it are places in the original. */
function comparable(text: string): string {
  return Array.from({ length: text.length }, (_, at) => {
    const small = text.charAt(at).toLowerCase();
    return small.length === 1 ? small : text.charAt(at);
  }).join('');
}
