const SLOTS = 48;
const SLOT_MINUTES = 30;
const DAY = 1_440;
/** 1970-01-01 was a Thursday; with this, day 0 of the week is Monday. */
const MONDAY = 3;
/** Working days, Saturdays, Sundays: minutes of a slot after which the old fades (12 working days, three weekends). */
const MEMORY = [12 * SLOT_MINUTES, 3 * SLOT_MINUTES, 3 * SLOT_MINUTES];
/** As many minutes of a slot as make it as credible as the same slot on all days. */
const PRIOR_MINUTES = 60;
/** Before anything is known: three reports an hour. */
const FIRST_GUESS = 0.05;
const LEAST = 1e-4;

interface DayKind {
  readonly counts: Float64Array;
  readonly minutes: Float64Array;
}

/**
 * Reports to expect in a minute by the time of the week: half-hours of three kinds of day, each shrunk towards the same
 * half-hour of all days, interpolated in between. An average over a limited memory rather than a fit: moving averages did
 * better than cleverer baselines in surveillance (CIDARS, PMC3489582). What is fed in is capped by {@link TopicShare}.
 */
export class Expectation {
  readonly #utcOffset: number;
  readonly #kinds: readonly DayKind[] = MEMORY.map(() => ({
    counts: new Float64Array(SLOTS),
    minutes: new Float64Array(SLOTS),
  }));
  #total = 0;
  #learned = 0;

  constructor(utcOffset: number) {
    this.#utcOffset = utcOffset;
  }

  /** Minutes learned from so far. */
  get learned(): number {
    return this.#learned;
  }

  at(minute: number): number {
    const { kind, slot, within } = this.#place(minute);
    const share = Math.abs(within);
    const mean = this.#mean(kind, slot) * (1 - share) + this.#mean(kind, slot + Math.sign(within)) * share;
    return Math.max(LEAST, mean);
  }

  /** In [0, 1]: how much of the expectation at this time of day is a guess, forgotten within days. */
  doubt(minute: number): number {
    const { slot } = this.#place(minute);
    const known = this.#kinds.reduce((sum, kind) => sum + (kind.minutes[slot] ?? 0), 0);
    return SLOT_MINUTES / (SLOT_MINUTES + known);
  }

  learn(minute: number, count: number): void {
    this.#learned += 1;
    this.#total += count;
    const { kind, slot } = this.#place(minute);
    const cells = this.#kinds[kind];
    if (cells === undefined) return;
    const minutes = (cells.minutes[slot] ?? 0) + 1;
    const keep = Math.min(1, (MEMORY[kind] ?? 0) / minutes);
    cells.counts[slot] = ((cells.counts[slot] ?? 0) + count) * keep;
    cells.minutes[slot] = minutes * keep;
  }

  #mean(kind: number, anySlot: number): number {
    const slot = (anySlot + SLOTS) % SLOTS;
    let counts = 0;
    let minutes = 0;
    for (const cells of this.#kinds) {
      counts += cells.counts[slot] ?? 0;
      minutes += cells.minutes[slot] ?? 0;
    }
    const overall = this.#learned > 0 ? this.#total / this.#learned : FIRST_GUESS;
    const prior = minutes > 0 ? counts / minutes : overall;
    const own = this.#kinds[kind];
    return ((own?.counts[slot] ?? 0) + PRIOR_MINUTES * prior) / ((own?.minutes[slot] ?? 0) + PRIOR_MINUTES);
  }

  /** `within`: from −0.5 at the beginning of the slot to 0.5 at its end. */
  #place(minute: number): { kind: number; slot: number; within: number } {
    const local = minute + this.#utcOffset;
    const day = Math.floor(local / DAY);
    const ofWeek = (((day + MONDAY) % 7) + 7) % 7;
    const ofDay = local - day * DAY;
    return {
      kind: Math.max(0, ofWeek - 4),
      slot: Math.floor(ofDay / SLOT_MINUTES),
      within: (ofDay % SLOT_MINUTES) / SLOT_MINUTES - 0.5,
    };
  }

  snapshot(): number[][] {
    return [[this.#total, this.#learned], ...this.#kinds.flatMap(({ counts, minutes }) => [[...counts], [...minutes]])];
  }

  restore([head, ...rest]: readonly (readonly number[])[]): void {
    this.#total = head?.[0] ?? 0;
    this.#learned = head?.[1] ?? 0;
    for (const [kind, cells] of this.#kinds.entries()) {
      cells.counts.set((rest[2 * kind] ?? []).slice(0, SLOTS));
      cells.minutes.set((rest[2 * kind + 1] ?? []).slice(0, SLOTS));
    }
  }
}
