interface Stretch {
  /** In UTF-16 units, as Telegram counts. */
  readonly offset: number;
  readonly length: number;
}

/** A stretch of a text with a look or a target. */
export type TextEntity =
  | (Stretch & { readonly type: 'bold' | 'italic' | 'strikethrough' | 'spoiler' | 'code' | 'pre' })
  | (Stretch & { readonly type: 'text_link'; readonly url: string });

/** A text and how stretches of it look. Nothing in it is syntax any more, so no character of it can break anything. */
export interface FormattedText {
  readonly text: string;
  readonly entities: readonly TextEntity[];
}

/** The marks that Telegram's own apps know while one types. */
const MARKS = {
  '**': 'bold',
  __: 'italic',
  '~~': 'strikethrough',
  '||': 'spoiler',
  '```': 'pre',
  '`': 'code',
} as const;

// Opened and closed against the text, not against a space: `2 ** 3 ** 4` and `snake__case` are no formatting.
const MARKED =
  /(?<mark>\*\*|__|~~|\|\||```|`)(?<inside>(?=\S)[\s\S]*?\S|\S)\k<mark>|\[(?<label>[^\][\n]+)\]\((?<url>https?:\/\/[^\s()]+)\)/gu;

/** A text as it is. */
export function plainText(text: string): FormattedText {
  return { text, entities: [] };
}

/**
 * Reads the marks that one types in Telegram's apps: `**bold**`, `__italic__`, `~~struck~~`, `||spoiler||`, `` `code` ``,
 * a block between three backticks, and `[label](https://…)`. What is no complete mark stays in the text as it is.
 */
export function parseMarks(source: string): FormattedText {
  let text = '';
  const entities: TextEntity[] = [];
  let read = 0;
  for (const match of source.matchAll(MARKED)) {
    const { mark, inside, label, url } = match.groups ?? {};
    if (mark !== undefined && isWithinWord(source, match.index, match[0].length)) continue;
    text += source.slice(read, match.index);
    read = match.index + match[0].length;
    const type = mark === undefined ? null : MARKS[mark as keyof typeof MARKS];
    // What is quoted as code is quoted to the letter.
    const literal = type === 'code' || type === 'pre';
    const within = literal ? plainText(inside ?? '') : parseMarks(inside ?? label ?? '');
    const stretch = { offset: text.length, length: within.text.length };
    text += within.text;
    entities.push(
      type === null ? { type: 'text_link', url: url ?? '', ...stretch } : { type, ...stretch },
      ...within.entities.map((entity) => ({ ...entity, offset: entity.offset + stretch.offset })),
    );
  }
  return { text: text + source.slice(read), entities };
}

/** `from` to `to` of a text with what its entities are there. */
export function sliceText({ text, entities }: FormattedText, from: number, to: number): FormattedText {
  const kept = entities.flatMap((entity) => {
    const start = Math.max(entity.offset, from);
    const length = Math.min(entity.offset + entity.length, to) - start;
    return length > 0 ? [{ ...entity, offset: start - from, length }] : [];
  });
  return { text: text.slice(from, to), entities: kept };
}

/** A mark with a letter or digit on both outer sides is part of a word, as in a file's or a variable's name. */
function isWithinWord(source: string, start: number, length: number): boolean {
  const isWord = (character: string | undefined): boolean => character !== undefined && /[\p{L}\p{N}]/u.test(character);
  return isWord(source[start - 1]) && isWord(source[start + length]);
}
