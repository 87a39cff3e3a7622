import type { Priority } from '../model/scenario';

/** From least to most urgent. */
const ORDER: readonly Priority[] = ['low', 'normal', 'high', 'urgent'];

export function higherPriority(one: Priority, other: Priority | null): Priority {
  return other !== null && ORDER.indexOf(other) > ORDER.indexOf(one) ? other : one;
}

/** One step more urgent, as far as there is one. */
export function raisedPriority(priority: Priority): Priority {
  return ORDER[ORDER.indexOf(priority) + 1] ?? priority;
}
