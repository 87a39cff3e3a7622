/** An object as it goes over the wire. */
export type Json = Readonly<Record<string, unknown>>;

/** A member that is a text, or a number as a text; empty where it is neither. */
export function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
