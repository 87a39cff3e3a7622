/** A token of an answer, as the API tells it. */
export interface Token {
  readonly token: string;
  readonly logprob: number;
  readonly bytes: readonly number[] | null;
}

/**
 * How probable the model found the value of a property: the product of the probabilities of the tokens that spell it, the
 * closing quote included, since it is what tells `BILLING` from `BILLING_OLD`. `null` where it cannot be told.
 *
 * Places are counted in bytes: a letter of another alphabet may be spread over two tokens.
 */
export function labelProbability(tokens: readonly Token[], property: string, value: unknown): number | null {
  if (typeof value !== 'string') return null;
  const ends: number[] = [];
  const pieces = tokens.map(({ token, bytes }) => (bytes === null ? Buffer.from(token) : Buffer.from(bytes)));
  const length = pieces.reduce((sum, piece) => (ends.push(sum + piece.length), sum + piece.length), 0);
  const answer = Buffer.concat(pieces, length).toString('latin1');

  const place = new RegExp(`(?<!\\\\)${escaped(latin(JSON.stringify(property)))}\\s*:\\s*`).exec(answer);
  if (place === null) return null;
  const quoted = latin(JSON.stringify(value));
  const start = place.index + place[0].length;
  if (!answer.startsWith(quoted, start)) return null;

  const [from, to] = [start + 1, start + quoted.length];
  const spelling = tokens.filter((_, index) => (ends[index] ?? 0) > from && (ends[index - 1] ?? 0) < to);
  const sum = spelling.reduce((total, { logprob }) => total + logprob, 0);
  return Number.isFinite(sum) ? Math.min(1, Math.exp(sum)) : null;
}

function latin(text: string): string {
  return Buffer.from(text).toString('latin1');
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
