import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Endpoint, OutcomeClass } from '../src/index';
import { endpointAfter, newEndpoint } from '../src/policies/endpoint';
import { placeVerdict } from '../src/policies/place-verdict';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

interface Step {
  readonly kind: OutcomeClass;
  readonly code: string;
  readonly delivery: number;
  readonly waitMs: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom('ok', 'retry', 'retry', 'retry', 'config', 'park', 'park', 'cool', 'off', 'unknown'),
  code: fc.constantFrom('http_503', 'http_503', 'http_503', 'ssrf_blocked', 'stopped'),
  delivery: fc.integer({ min: 0, max: 8 }),
  waitMs: fc.constantFrom(0, 1_000, 10 * 60_000, 13 * HOUR, 3 * DAY),
});

/** What is said of the policy in words, worked out from the whole history instead of from the last row. */
class History {
  #since: { readonly at: number; readonly kind: OutcomeClass; readonly delivery: string }[] = [];

  note(kind: OutcomeClass, delivery: string, at: number): void {
    if (kind === 'ok') this.#since = [];
    else if (kind !== 'cool' && kind !== 'off') this.#since.push({ at, kind, delivery });
  }

  /** Different messages that failed, or were refused, since the last success. */
  distinct(...kinds: readonly OutcomeClass[]): number {
    return new Set(this.#since.filter(({ kind }) => kinds.includes(kind)).map(({ delivery }) => delivery)).size;
  }

  /** Failing for five days, with failures twelve hours apart before this one. */
  hopeless(now: number): boolean {
    const [first] = this.#since;
    const before = this.#since.at(-2);
    return (
      first !== undefined && before !== undefined && now - first.at >= 5 * DAY && before.at - first.at >= 12 * HOUR
    );
  }
}

describe('an endpoint', () => {
  it('is paused by different messages and disabled by time, whatever happens in whatever order', () => {
    const run = fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      let now = 1_000_000;
      let row: Endpoint = newEndpoint('default', 'fake:a', 'fake', now);
      const history = new History();
      for (const { kind, code, delivery, waitMs } of steps) {
        now += waitMs;
        const before = row;
        const place = placeVerdict([row], now + 60_000, now);
        const held = place.action === 'open' ? (place.holds[0] ?? row) : row;
        const probe = held.status === 'paused' && place.action === 'open';
        const outcome = { class: kind, code } as const;
        const news = { outcome, deliveryId: `d${delivery}`, againAt: now + 60_000, probe };
        const change = endpointAfter(held, news, now);
        expect(endpointAfter(held, news, now), 'pure').toEqual(change);
        row = change.endpoint;
        const ours = kind !== 'ok' && code === 'stopped';
        if (!ours && before.status !== 'disabled') history.note(kind, `d${delivery}`, now);

        expect(row.failing.length).toBeLessThanOrEqual(5);
        expect(row.parked.length).toBeLessThanOrEqual(5);
        if (row.status === 'paused') expect(row.waitUntil, 'there is a next probe').not.toBeNull();
        if (ours || before.status === 'disabled') {
          expect(row, 'our own failures, and what comes late, say nothing').toBe(held);
        } else if (kind === 'ok') {
          expect(row).toMatchObject({ status: 'active', failing: [], parked: [], firstFailureAt: null, probes: 0 });
          expect(change.became).toBe(before.status === 'paused' ? 'recovered' : null);
        } else if (kind === 'off') {
          expect([row.status, change.became]).toEqual(['disabled', 'disabled']);
        } else if (kind === 'cool') {
          expect(row.status).toBe(before.status);
          expect(row.waitUntil).toBeGreaterThanOrEqual(now + 60_000);
        } else if (history.hopeless(now)) {
          expect(row.status).toBe('disabled');
        } else {
          const broken =
            history.distinct('retry', 'config', 'unknown') >= 5 ||
            history.distinct('park') >= 5 ||
            code === 'ssrf_blocked';
          expect(row.status).toBe(before.status === 'paused' || broken ? 'paused' : 'active');
        }
      }
    });
    fc.assert(run, { numRuns: 3_000 });
  });

  it('is probed with growing pauses, up to an hour, and not by what was on its way', () => {
    let row: Endpoint = { ...newEndpoint('default', 'fake:a', 'fake', 0), status: 'paused', waitUntil: 0 };
    const pauses: number[] = [];
    for (let now = 0; pauses.length < 9; now = row.waitUntil ?? now) {
      const news = { outcome: { class: 'retry', code: 'x' }, deliveryId: 'd', againAt: now } as const;
      expect(endpointAfter(row, { ...news, probe: false }, now).endpoint).toMatchObject({ waitUntil: row.waitUntil });
      row = endpointAfter(row, { ...news, probe: true }, now).endpoint;
      pauses.push(((row.waitUntil ?? 0) - now) / 60_000);
    }
    expect(pauses).toEqual([2, 4, 8, 16, 32, 60, 60, 60, 60]);
  });

  it('that is in trouble holds back exactly what goes there, and one probe at a time', () => {
    const active = newEndpoint('default', 'fake:a', 'fake', 0);
    const paused: Endpoint = { ...active, status: 'paused', waitUntil: 1_000, version: 3 };
    const transport: Endpoint = { ...active, key: 'fake', status: 'disabled' };
    expect(placeVerdict([null, null], 9, 5)).toEqual({ action: 'open', holds: [] });
    expect(placeVerdict([null, active], 9, 5)).toEqual({ action: 'open', holds: [] });
    expect(placeVerdict([null, paused], 9_000, 999)).toEqual({ action: 'wait', until: 1_000, waitsFor: 'fake:a' });
    expect(placeVerdict([transport, active], 9_000, 5)).toEqual({ action: 'wait', until: null, waitsFor: 'fake' });
    const open = placeVerdict([null, paused], 9_000, 1_000);
    expect(open).toMatchObject({ action: 'open', holds: [{ key: 'fake:a', waitUntil: 9_000, version: 4 }] });
    const held = open.action === 'open' ? (open.holds[0] ?? null) : null;
    expect(placeVerdict([null, held], 9_500, 1_001)).toMatchObject({ action: 'wait', until: 9_000 });
    expect(placeVerdict([{ ...active, waitUntil: 50 }, null], 99, 49)).toMatchObject({ action: 'wait', until: 50 });
    expect(placeVerdict([{ ...active, waitUntil: 50 }, null], 99, 50)).toEqual({ action: 'open', holds: [] });
  });
});
