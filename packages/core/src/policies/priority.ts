import type { Priority } from '../model/scenario';

/** From least to most urgent. */
const ORDER: readonly Priority[] = ['low', 'normal', 'high', 'urgent'];

export function higherPriority(one: Priority, other: Priority | null): Priority {
  return other !== null && ORDER.indexOf(other) > ORDER.indexOf(one) ? other : one;
}
