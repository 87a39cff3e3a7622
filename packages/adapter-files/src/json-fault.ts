const BLANKS = /[ \t\n\r]*/y;
const TOKEN = new RegExp(
  [
    /[{}[\],:]/,
    // eslint-disable-next-line no-control-regex -- JSON allows no control character in a text, and so no line's end
    /"[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[\da-fA-F]{4})[^"\\\u0000-\u001f]*)*"/,
    /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/,
    /true|false|null/,
  ]
    .map((token) => token.source)
    .join('|'),
  'y',
);

/** What may come next. Only where it says `-or-end` may a bracket close. */
type Expected = 'value' | 'value-or-end' | 'key' | 'key-or-end' | 'colon' | 'comma-or-end' | 'end';

/**
 * Where `json` stops being JSON: the offset of the first token that may not stand there. Node 20 tells it in an excerpt of
 * the file only, and a text of the file must not get into a log.
 */
export function jsonFaultAt(json: string): number {
  const open: ('{' | '[')[] = [];
  let expected: Expected = 'value';
  let at = 0;
  for (;;) {
    at += matchAt(BLANKS, json, at)?.length ?? 0;
    const token = matchAt(TOKEN, json, at);
    const next: Expected | null = token === null ? null : after(token, expected, open);
    if (token === null || next === null) return at;
    at += token.length;
    expected = next;
  }
}

/** What may follow `token`, keeping count of what is open; `null`: it may not stand here. */
function after(token: string, expected: Expected, open: ('{' | '[')[]): Expected | null {
  const inside = open.at(-1);
  switch (token) {
    case '{':
    case '[':
      if (expected !== 'value' && expected !== 'value-or-end') return null;
      open.push(token);
      return token === '{' ? 'key-or-end' : 'value-or-end';
    case '}':
    case ']':
      if (inside !== (token === '}' ? '{' : '[') || !expected.endsWith('-or-end')) return null;
      open.pop();
      return open.length === 0 ? 'end' : 'comma-or-end';
    case ',':
      if (expected !== 'comma-or-end') return null;
      return inside === '{' ? 'key' : 'value';
    case ':':
      return expected === 'colon' ? 'value' : null;
    default:
      if (expected === 'key' || expected === 'key-or-end') return token.startsWith('"') ? 'colon' : null;
      if (expected !== 'value' && expected !== 'value-or-end') return null;
      return inside === undefined ? 'end' : 'comma-or-end';
  }
}

function matchAt(sticky: RegExp, text: string, at: number): string | null {
  sticky.lastIndex = at;
  return sticky.exec(text)?.[0] ?? null;
}
