/** A piece of a text, in UTF-16 units; `end` is behind its last one. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * Where a global pattern matches. With a group in it, the span is that group's and the group has to end the match; what
 * stands before it is only the occasion (`password: `). Empty matches do not count.
 */
export function spansOf(text: string, pattern: RegExp, accept: (piece: string) => boolean = () => true): Span[] {
  const spans: Span[] = [];
  for (const match of text.matchAll(pattern)) {
    const piece = match[1] ?? match[0];
    const end = match.index + match[0].length;
    if (piece !== '' && accept(piece)) spans.push({ start: end - piece.length, end });
  }
  return spans;
}
