import type { Pace } from '../ports/transport';

/** Of every limit this share is kept for answers: what is said to many at once must not make anybody wait for one. */
const RESERVE = 0.2;
/** More than are in use; those that have come to rest are forgotten then. */
const MANY = 10_000;

/** What was let through by one pace, and who was told to come back when. */
interface Track {
  readonly perMs: number;
  /** Times of the sends within the last `perMs`, oldest first. */
  readonly sends: number[];
  /** The latest times somebody was told, so that the next one is told a later one; apart for answers and for the many. */
  readonly line: { readonly answers: number[]; readonly many: number[] };
}

/**
 * Keeps sends within the paces of their transport: in any `perMs`, no more than `limit`. Whoever comes too early is told a
 * time of their own, so that a long queue is looked at once and not with every free place. Of this process alone: n
 * processes that share a limit divide it.
 */
export class Pacer {
  readonly #tracks = new Map<string, Track>();
  /** By delivery; when it was told to come back. */
  readonly #told = new Map<string, number>();
  readonly #let = new Map<string, { readonly at: number; readonly tracks: readonly Track[] }>();

  /**
   * Lets a delivery through, and returns `now`; or returns the later time at which to ask again. The same delivery may ask
   * again before `keep` or `giveBack`, and is given the same answer.
   */
  ask(deliveryId: string, paces: readonly Pace[], many: boolean, now: number): number {
    if (paces.length === 0 || this.#let.has(deliveryId)) return now;
    const early = (this.#told.get(deliveryId) ?? now) > now;
    const kind = many ? 'many' : 'answers';
    const tracks = paces.map((pace) => ({
      track: this.#track(pace, now),
      limit: many ? shared(pace.limit) : pace.limit,
    }));
    const blocked = tracks.filter(({ track, limit }) => freeAt(track, limit, now) > now);
    if (blocked.length === 0) {
      for (const { track } of tracks) track.sends.push(now);
      this.#let.set(deliveryId, { at: now, tracks: tracks.map(({ track }) => track) });
      this.#told.delete(deliveryId);
      return now;
    }
    if (early) return this.#told.get(deliveryId) ?? now;
    // Who has waited already and finds the place taken does not go to the end of the line again.
    const waited = this.#told.has(deliveryId);
    const times = blocked.map(({ track, limit }) => {
      const free = freeAt(track, limit, now);
      return waited ? free : nextInLine(track.line[kind], free, limit, track.perMs);
    });
    const until = Math.max(...times);
    this.#forget(now);
    this.#told.set(deliveryId, until);
    return until;
  }

  /** It is being sent. */
  keep(deliveryId: string): void {
    this.#let.delete(deliveryId);
  }

  /** It is not sent after all, and takes up no place. */
  giveBack(deliveryId: string): void {
    const taken = this.#let.get(deliveryId);
    if (taken === undefined) return;
    this.#let.delete(deliveryId);
    for (const { sends } of taken.tracks) {
      const place = sends.lastIndexOf(taken.at);
      if (place >= 0) sends.splice(place, 1);
    }
  }

  #track({ key, perMs }: Pace, now: number): Track {
    const known = this.#tracks.get(key);
    if (known !== undefined) {
      while ((known.sends[0] ?? now) <= now - perMs) known.sends.shift();
      return known;
    }
    const track: Track = { perMs, sends: [], line: { answers: [], many: [] } };
    this.#tracks.set(key, track);
    return track;
  }

  #forget(now: number): void {
    if (this.#tracks.size > MANY) {
      const rests = ({ perMs, sends, line }: Track): boolean =>
        [sends, line.answers, line.many].every((times) => (times.at(-1) ?? 0) <= now - perMs);
      for (const [key, track] of this.#tracks) if (rests(track)) this.#tracks.delete(key);
    }
    if (this.#told.size > MANY) {
      // Whoever did not come when told was settled or sent by somebody else.
      for (const [id, at] of this.#told) if (at < now - LATE_MS) this.#told.delete(id);
    }
  }
}

const LATE_MS = 600_000;

function shared(limit: number): number {
  return Math.max(1, limit - Math.ceil(limit * RESERVE));
}

/** When there is room for one more; `now`: there is. */
function freeAt({ sends, perMs }: Track, limit: number, now: number): number {
  const last = sends.length - limit;
  return last < 0 ? now : (sends[last] ?? now) + perMs;
}

function nextInLine(line: number[], free: number, limit: number, perMs: number): number {
  const before = line[line.length - limit];
  const next = Math.max(free, line.at(-1) ?? 0, before === undefined ? 0 : before + perMs);
  line.push(next);
  if (line.length > limit) line.shift();
  return next;
}
