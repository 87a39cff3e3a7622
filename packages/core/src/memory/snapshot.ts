/**
 * A deeply frozen copy, so that neither the caller's object nor the one handed out can change the store. Members that are
 * `undefined` are left out, as they would be by a storage that keeps JSON.
 */
export function snapshot<T>(value: T): T {
  return copy(value) as T;
}

function copy(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return Object.freeze(Array.isArray(value) ? value.map(copy) : copyMembers(value));
}

function copyMembers(value: object): object {
  const made: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(value)) {
    if (member === undefined) continue;
    // An assignment would set the prototype.
    if (key === '__proto__') Object.defineProperty(made, key, { value: copy(member), enumerable: true });
    else made[key] = copy(member);
  }
  return made;
}
