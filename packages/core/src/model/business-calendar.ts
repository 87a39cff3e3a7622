/** Minutes of the wall clock since midnight, 0 to 1,440. Open from the first to just before the second. */
export interface OpenInterval {
  readonly fromMinute: number;
  readonly toMinute: number;
}

/** A checked, frozen calendar of opening hours. Plain data; get one from `businessHours`. */
export interface BusinessCalendar {
  readonly timeZone: string;
  /** Seven days, Monday first; within a day in order, apart from each other. */
  readonly weekly: readonly (readonly OpenInterval[])[];
  /** By ISO date; an empty list is a closed day. */
  readonly holidays: Readonly<Record<string, readonly OpenInterval[]>>;
  /** Open day and night without exception: business time is then plain time. */
  readonly alwaysOpen: boolean;
}
