/** What a text is cut at, the best first; what a pattern matches is left out between the parts. */
const BORDERS: readonly RegExp[] = [/\n[^\S\n]*\n\s*/g, /\s*\n\s*/g, /(?<=[.!?…])\s+/g, /\s+/g];

/** A border earlier than this share of the limit would leave a stump; the next kind is looked for then. */
const MIN_SHARE = 0.5;

export interface TextRange {
  readonly from: number;
  readonly to: number;
}

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/**
 * Cuts a text into parts of at most `limit` UTF-16 units: between paragraphs, else lines, sentences, words, and where
 * nothing else is left between what a reader sees as characters. White space at a cut is left out.
 */
export function splitRanges(text: string, limit: number): readonly TextRange[] {
  const ranges: TextRange[] = [];
  let from = 0;
  while (text.length - from > limit) {
    const cut = cutWithin(text, from, limit);
    ranges.push({ from, to: cut.from });
    from = cut.to;
  }
  if (from < text.length || ranges.length === 0) ranges.push({ from, to: text.length });
  return ranges;
}

/** Where the part that begins at `from` ends, and where the next begins. */
function cutWithin(text: string, from: number, limit: number): TextRange {
  // One more, since the white space at a cut may lie behind the limit.
  const window = text.slice(from, from + limit + 1);
  for (const border of BORDERS) {
    let last: TextRange | null = null;
    for (const match of window.matchAll(border)) {
      if (match.index >= limit * MIN_SHARE) last = { from: match.index, to: match.index + match[0].length };
    }
    if (last !== null) return skipSpace(text, from + last.from, from + last.to);
  }
  const end = from + lastGrapheme(text.slice(from, from + limit + 2), limit);
  return { from: end, to: end };
}

/** The last border between characters up to `limit`, seen with the code point behind it; else the middle of a longer one. */
function lastGrapheme(text: string, limit: number): number {
  let end = 0;
  for (const { index } of graphemes.segment(text)) if (index <= limit) end = index;
  if (end > 0) return end;
  const code = text.charCodeAt(limit - 1);
  return code >= 0xd800 && code <= 0xdbff && limit > 1 ? limit - 1 : limit;
}

function skipSpace(text: string, from: number, to: number): TextRange {
  let next = to;
  while (next < text.length && /\s/.test(text[next] ?? '')) next += 1;
  return { from, to: next };
}
