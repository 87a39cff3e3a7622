import type { WorkKind, WorkLease } from '../ports/storage-work';
import { Heap } from './heap';

/** Due work of one kind in one conversation. Frozen and replaced, like every row. */
export interface Lane {
  readonly conversationId: string;
  /** When it is due, or, while `token` is set, when the lease ends: either way the time from which it can be claimed. */
  readonly readyAt: number;
  readonly token: string | null;
  readonly claims: number;
  /** May be woken before its time by this name; `null`: only its time counts. */
  readonly waitsFor: string | null;
  /** Breaks ties: who came first is claimed first. */
  readonly order: number;
}

/** Heap entries that no lane stands behind any more are thrown away when they outnumber the lanes by this factor. */
const STALE_FACTOR = 2;
const STALE_FLOOR = 64;

/**
 * The lanes of one kind. Those that come first are found through a heap, since a hundred thousand conversations may have
 * a reminder pending; an entry whose lane was replaced since is skipped when it is met.
 */
export class Lanes {
  readonly #kind: WorkKind;
  readonly #lanes = new Map<string, Lane>();
  /** Conversations by what their lanes wait for. */
  readonly #waiting = new Map<string, Set<string>>();
  readonly #heap = new Heap<Lane>((a, b) => a.readyAt < b.readyAt || (a.readyAt === b.readyAt && a.order < b.order));
  #order = 0;

  constructor(kind: WorkKind) {
    this.#kind = kind;
  }

  get(conversationId: string): Lane | undefined {
    return this.#lanes.get(conversationId);
  }

  /** A lease is in force until somebody else claims the lane or the lane is rescheduled, also after its time. */
  holds(lease: WorkLease): boolean {
    return this.#lanes.get(lease.conversationId)?.token === lease.token;
  }

  /** Can it be claimed now, or made anew? */
  isFree(conversationId: string, now: number): boolean {
    const lane = this.#lanes.get(conversationId);
    return lane === undefined || lane.readyAt <= now;
  }

  /** Due at a time, whatever was there; the claims start anew. */
  put(conversationId: string, readyAt: number, waitsFor: string | null = null): void {
    this.#set({ conversationId, readyAt, token: null, claims: 0, waitsFor, order: this.#order++ });
  }

  /** Makes lanes due that wait for this, those due earliest first; returns their conversations. */
  wake(waitsFor: string, now: number, limit: number): readonly string[] {
    const lanes = [...(this.#waiting.get(waitsFor) ?? [])].flatMap((id) => this.#lanes.get(id) ?? []);
    lanes.sort((a, b) => a.readyAt - b.readyAt || a.order - b.order);
    const woken = lanes.slice(0, limit).map(({ conversationId }) => conversationId);
    for (const conversationId of woken) this.put(conversationId, now);
    return woken;
  }

  lease(conversationId: string, token: string, until: number): WorkLease {
    const claims = (this.#lanes.get(conversationId)?.claims ?? 0) + 1;
    this.#set({ conversationId, readyAt: until, token, claims, waitsFor: null, order: this.#order++ });
    return { kind: this.#kind, conversationId, token, until, claims };
  }

  /** The holder goes on until a later time. */
  extend(conversationId: string, until: number): void {
    const lane = this.#lanes.get(conversationId);
    if (lane !== undefined) this.#set({ ...lane, readyAt: until });
  }

  /** Given back undone: the claims go on counting, so that whoever keeps failing can wait longer each time. */
  release(conversationId: string, readyAt: number): void {
    const lane = this.#lanes.get(conversationId);
    if (lane !== undefined) this.#set({ ...lane, readyAt, token: null });
  }

  remove(conversationId: string): void {
    this.#waitNoMore(conversationId);
    this.#lanes.delete(conversationId);
  }

  /** When the first lane can be claimed; `null`: there is none. */
  earliest(): number | null {
    this.#dropStale();
    return this.#heap.peek()?.readyAt ?? null;
  }

  /** The lanes that can be claimed now, earliest first. They must not be changed while walking. */
  *claimable(now: number): Generator<Lane> {
    const seen: Lane[] = [];
    try {
      for (this.#dropStale(); (this.#heap.peek()?.readyAt ?? Infinity) <= now; this.#dropStale()) {
        const lane = this.#heap.pop() as Lane;
        seen.push(lane);
        yield lane;
      }
    } finally {
      for (const lane of seen) this.#heap.push(lane);
    }
  }

  /** Lanes that are due or leased. */
  countBusy(now: number): number {
    let busy = 0;
    for (const lane of this.#lanes.values()) if (lane.token !== null || lane.readyAt <= now) busy += 1;
    return busy;
  }

  #set(lane: Lane): void {
    this.#waitNoMore(lane.conversationId);
    if (lane.waitsFor !== null) {
      const waiting = this.#waiting.get(lane.waitsFor) ?? new Set();
      this.#waiting.set(lane.waitsFor, waiting.add(lane.conversationId));
    }
    this.#lanes.set(lane.conversationId, lane);
    this.#heap.push(lane);
    if (this.#heap.size > STALE_FACTOR * this.#lanes.size + STALE_FLOOR)
      this.#heap.keep((entry) => this.#isLive(entry));
  }

  #waitNoMore(conversationId: string): void {
    const { waitsFor = null } = this.#lanes.get(conversationId) ?? {};
    if (waitsFor === null) return;
    const waiting = this.#waiting.get(waitsFor);
    waiting?.delete(conversationId);
    if (waiting?.size === 0) this.#waiting.delete(waitsFor);
  }

  #dropStale(): void {
    for (let first = this.#heap.peek(); first !== undefined && !this.#isLive(first); first = this.#heap.peek()) {
      this.#heap.pop();
    }
  }

  #isLive(entry: Lane): boolean {
    return this.#lanes.get(entry.conversationId) === entry;
  }
}
