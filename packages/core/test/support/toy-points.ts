const DIMENSIONS = 64;
/** Words of one meaning share a direction, as an embedding model would have it. */
const MEANINGS = [
  /internet|connection|wifi|router|online|load|line drops|buffering|pages|slow/,
  /invoice|bill|charge|pay|receipt|money|euros/,
  /tariff|plan|upgrade|downgrade|megabit|speed|faster|cheaper/,
  /mov(e|ing)|address|flat|relocat|house|town|transfer/,
  /hello|\bhi\b|morning|evening|\bhey\b|good day/,
];

/** Where a toy embedder puts a text: by meaning, and a little by its letters. */
export function pointOf(text: string): number[] {
  const point = new Array<number>(DIMENSIONS).fill(0.02);
  for (const [at, pattern] of MEANINGS.entries()) if (pattern.test(text.toLowerCase())) point[at] = 1;
  for (const letter of text) {
    const at = MEANINGS.length + (letter.codePointAt(0)! % (DIMENSIONS - MEANINGS.length));
    point[at] = point[at]! + 0.06;
  }
  return point;
}
