import { z } from 'zod';

/**
 * An object that refuses members it does not know, and says which it knows: a misspelt option that is ignored shows itself
 * only when it is too late.
 */
export function strictObject<T extends z.ZodRawShape>(shape: T): ReturnType<typeof z.strictObject<T>> {
  const known = Object.keys(shape);
  return z.strictObject(shape, {
    error: (issue) => {
      if (issue.code === 'unrecognized_keys') return unknownKeys(issue['keys'], known);
      return `expected an object with ${known.join(', ')}`;
    },
  });
}

function unknownKeys(keys: readonly string[], known: readonly string[]): string {
  const meant = keys.map((key) => nearest(key, known));
  const named = keys.map((key) => JSON.stringify(key.slice(0, 100))).join(', ');
  const hint = meant.includes(null)
    ? `known are ${known.join(', ')}`
    : `did you mean ${meant.map((name) => `\`${name ?? ''}\``).join(', ')}?`;
  return `unknown ${keys.length === 1 ? 'key' : 'keys'} ${named}; ${hint}`;
}

/** The one name that could have been meant; `null`: none is near. */
function nearest(key: string, known: readonly string[]): string | null {
  const written = key.slice(0, 100).toLowerCase();
  const [best] = known
    .map((name) => ({ name, distance: editDistance(written, name.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  return best !== undefined && best.distance <= Math.max(1, Math.floor(best.name.length / 3)) ? best.name : null;
}

/** Levenshtein's: letters put in, left out or changed. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (const [index, letter] of [...from].entries()) {
    const next = [index + 1];
    for (let column = 1; column <= to.length; column += 1) {
      const changed = (row[column - 1] ?? 0) + (letter === to[column - 1] ? 0 : 1);
      next.push(Math.min(changed, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
