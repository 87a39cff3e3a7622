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

/** Reports that draw a kind of day to all days at first. */
const PRIOR_REPORTS = 10;

interface DayKind {
  readonly counts: Float64Array;
  readonly minutes: Float64Array;
  /** Reports on such days, and how many the same half-hours of all days have; both within the memory. */
  seen: number;
  expected: number;
}

/**
 * Ordinary reports to expect in a minute by the time of the week: half-hours of three kinds of day, each shrunk towards
 * the same half-hour of all days times how busy such days are altogether, interpolated in between. An average over a limited memory rather than a fit: moving averages did
 * better than cleverer baselines in surveillance (CIDARS, PMC3489582).
 */
export class Expectation {
  readonly #utcOffset: number;
  readonly #kinds: readonly DayKind[] = MEMORY.map(() => ({
    counts: new Float64Array(SLOTS),
    minutes: new Float64Array(SLOTS),
    seen: 0,
    expected: 0,
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
    const local = minute + this.#utcOffset;
    const ofDay = local - Math.floor(local / DAY) * DAY;
    const kind = kindOf(local);
    const slot = Math.floor(ofDay / SLOT_MINUTES);
    // From −0.5 at the beginning of the slot to 0.5 at its end.
    const within = (ofDay % SLOT_MINUTES) / SLOT_MINUTES - 0.5;
    const share = Math.abs(within);
    const mean = this.#mean(kind, slot) * (1 - share) + this.#mean(kind, slot + Math.sign(within)) * share;
    return Math.max(LEAST, mean);
  }

  learn(minute: number, count: number): void {
    this.#learned += 1;
    this.#total += count;
    const local = minute + this.#utcOffset;
    const kind = kindOf(local);
    const slot = Math.floor((local - Math.floor(local / DAY) * DAY) / SLOT_MINUTES);
    const cells = this.#kinds[kind];
    if (cells === undefined) return;
    const memory = MEMORY[kind] ?? 0;
    const fade = 1 - 1 / (memory * SLOTS);
    cells.seen = cells.seen * fade + count;
    cells.expected = cells.expected * fade + this.#ofAllDays(slot);
    const minutes = (cells.minutes[slot] ?? 0) + 1;
    const keep = Math.min(1, memory / minutes);
    cells.counts[slot] = ((cells.counts[slot] ?? 0) + count) * keep;
    cells.minutes[slot] = minutes * keep;
  }

  #mean(kind: number, anySlot: number): number {
    const slot = (anySlot + SLOTS) % SLOTS;
    const cells = this.#kinds[kind];
    if (cells === undefined) return LEAST;
    const busy = (cells.seen + PRIOR_REPORTS) / (cells.expected + PRIOR_REPORTS);
    const prior = busy * this.#ofAllDays(slot);
    return ((cells.counts[slot] ?? 0) + PRIOR_MINUTES * prior) / ((cells.minutes[slot] ?? 0) + PRIOR_MINUTES);
  }

  #ofAllDays(slot: number): number {
    let counts = 0;
    let minutes = 0;
    for (const cells of this.#kinds) {
      counts += cells.counts[slot] ?? 0;
      minutes += cells.minutes[slot] ?? 0;
    }
    if (minutes > 0) return counts / minutes;
    return this.#learned > 0 ? this.#total / this.#learned : FIRST_GUESS;
  }

  snapshot(): number[][] {
    return [
      [this.#total, this.#learned],
      ...this.#kinds.flatMap(({ counts, minutes, seen, expected }) => [[...counts], [...minutes], [seen, expected]]),
    ];
  }

  restore([head, ...rest]: readonly (readonly number[])[]): void {
    this.#total = head?.[0] ?? 0;
    this.#learned = head?.[1] ?? 0;
    for (const [kind, cells] of this.#kinds.entries()) {
      cells.counts.set((rest[3 * kind] ?? []).slice(0, SLOTS));
      cells.minutes.set((rest[3 * kind + 1] ?? []).slice(0, SLOTS));
      [cells.seen = 0, cells.expected = 0] = rest[3 * kind + 2] ?? [];
    }
  }
}

/** Working day, Saturday or Sunday. */
function kindOf(local: number): number {
  const ofWeek = (((Math.floor(local / DAY) + MONDAY) % 7) + 7) % 7;
  return Math.max(0, ofWeek - 4);
}
