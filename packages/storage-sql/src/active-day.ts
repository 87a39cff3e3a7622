const DAY_MS = 86_400_000;

/** The day a time is in, counted from 1970 in UTC; see `ConversationRow.active_on`. */
export function dayOf(time: number): number {
  return Math.floor(time / DAY_MS);
}
