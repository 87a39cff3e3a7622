import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isFirstlineError, type OutageDetector, outageDetector, type OutageReport } from '../src/index';
import {
  DAY,
  failure,
  flood,
  HOUR,
  MINUTE,
  ofType,
  reportsOf,
  run,
  SCENARIOS,
  seeded,
  START,
  together,
  trained,
} from './support/outage-stream';

const TODAY = 9 * DAY;
const NOON = TODAY + 12 * HOUR;
type Snapshot = ReturnType<OutageDetector['snapshot']>;

function throughJson(detector: OutageDetector): OutageDetector {
  return outageDetector.restore(JSON.parse(JSON.stringify(detector.snapshot())) as Snapshot);
}

describe('snapshots', () => {
  const extra = together(
    failure({ from: NOON, to: NOON + 40, perMinute: 1, scenario: 'no_internet', text: 'router shows red light' }),
    failure({ from: NOON + 70, to: NOON + 100, perMinute: 1, scenario: 'no_internet', who: 'again' }),
    failure({ from: NOON + 30, to: NOON + 60, perMinute: 1, scenario: 'login_failed', region: 'east', who: 'other' }),
    flood(2, 60, NOON + 10, NOON + 40, 'payment_failed'),
  );

  it('decides identically after restore(snapshot()), wherever it is taken', () => {
    const to = NOON + 180;
    const from = NOON - 60;
    const start = trained();
    run(start, { from: TODAY, to: from });
    const kept = JSON.stringify(start.snapshot());
    const fresh = () => outageDetector.restore(JSON.parse(kept) as Snapshot);
    const whole = run(fresh(), { from, to, extra });
    expect(ofType(whole, 'opened').length).toBeGreaterThanOrEqual(2);
    fc.assert(
      fc.property(fc.integer({ min: from, max: to }), (at) => {
        const before = fresh();
        const signals = run(before, { from, to: at, extra });
        return (
          JSON.stringify([...signals, ...run(throughJson(before), { from: at, to, extra })]) === JSON.stringify(whole)
        );
      }),
      { numRuns: 12, seed: 4 },
    );
  });

  it('keeps reports of the minute that is not closed yet', () => {
    const one = trained();
    run(one, { from: TODAY, to: NOON });
    const reports = failure({ from: NOON, to: NOON + 5, perMinute: 12, scenario: 'login_failed' })(NOON, seeded(1));
    for (const report of reports) one.observe(report);
    const other = throughJson(one);
    expect(other.snapshot()).toEqual(one.snapshot());
    expect(other.advance(START + (NOON + 1) * MINUTE)).toEqual(one.advance(START + (NOON + 1) * MINUTE));
  });

  it('refuses what is no snapshot, by a clear error', () => {
    for (const wrong of [null, {}, { version: 2 }, 'x']) {
      try {
        outageDetector.restore(wrong as unknown as Snapshot);
        expect.unreachable();
      } catch (error) {
        expect(isFirstlineError(error) && error.code).toBe('invalid_input');
      }
    }
  });

  it('goes on with other scenarios, and knows what is common', () => {
    const detector = outageDetector.restore(trained().snapshot(), {
      scenarios: [...SCENARIOS.slice(0, 3), { id: 'new_one', outage: true }],
    });
    const outage = failure({ from: NOON, to: NOON + 60, perMinute: 1, scenario: 'no_internet' });
    expect(ofType(run(detector, { from: TODAY, to: NOON + 60, extra: outage }), 'opened')).toHaveLength(1);
  });
});

describe('bounds', () => {
  it('keeps its state bounded under a storm of new clients, regions, words and scenarios', () => {
    const detector = outageDetector({ scenarios: SCENARIOS });
    const random = seeded(7);
    const sizes: number[] = [];
    for (let minute = 0; minute < 600; minute += 1) {
      for (let n = 0; n < 150; n += 1) {
        const name = `${minute}-${n}-${Math.floor(random() * 1e9)}`;
        const scenario = SCENARIOS[n % SCENARIOS.length]?.id ?? '';
        detector.observe({
          ...{ at: START + minute * MINUTE + n, clientId: name, region: `region ${name}` },
          ...{
            scenario: n % 20 === 0 ? name : scenario,
            text: `word${String.fromCharCode(97 + (n % 26), 97 + (minute % 26))}x ${name}`,
          },
        });
      }
      detector.advance(START + (minute + 1) * MINUTE);
      if (minute % 100 === 99) sizes.push(JSON.stringify(detector.snapshot()).length);
    }
    // Three hours are looked back at; from then on it does not grow, but for learned words and regions up to their limits.
    expect(sizes[5]).toBeLessThan((sizes[2] ?? 0) * 1.6);
    expect(sizes[5]).toBeLessThan(8_000_000);
  });

  it('does not grow with the messages of one client', () => {
    const detector = trained();
    for (let n = 0; n < 20_000; n += 1) {
      detector.observe({
        at: START + TODAY * MINUTE + n,
        clientId: 'one',
        scenario: 'login_failed',
        text: `again ${n}`,
      });
    }
    const before = JSON.stringify(trained().snapshot()).length;
    expect(JSON.stringify(detector.snapshot()).length - before).toBeLessThan(500);
    expect(detector.advance(START + (TODAY + 5) * MINUTE)).toEqual([]);
  });
});

describe('broken clocks and reports', () => {
  const at = fc.oneof(
    fc.integer({ min: -90, max: 90 }).map((minutes) => START + (NOON + minutes) * MINUTE),
    fc.constantFrom(Number.NaN, Infinity, -Infinity, 0, -1, 1e300, Number.MAX_SAFE_INTEGER),
  );
  const odd = fc.constantFrom<unknown>(undefined, null, '', 'east', 'x'.repeat(2_000), 7, {}, Number.NaN);
  const report = fc.record({
    at,
    clientId: fc.oneof(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), odd),
    scenario: fc.oneof(fc.constantFrom('no_internet', 'login_failed', 'tariff', 'UNKNOWN', '__proto__'), odd),
    service: odd,
    region: odd,
    text: odd,
  });
  const step = fc.oneof(report, report, report, fc.record({ now: at }));

  it('never throws on reports and times in any order', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const detector = outageDetector({ scenarios: SCENARIOS });
        for (const one of steps) {
          if ('now' in one) detector.advance(one.now);
          else detector.observe(one as OutageReport);
        }
        throughJson(detector).advance(START + (NOON + 120) * MINUTE);
      }),
      { numRuns: 60, seed: 11 },
    );
  });

  it('finds an outage although reports come twice, out of order, and from clocks an hour off', () => {
    const outage = failure({ from: NOON, to: NOON + 60, perMinute: 1, scenario: 'no_internet' });
    const detector = trained();
    const random = seeded(3);
    const signals = run(detector, { from: TODAY, to: NOON });
    for (let minute = NOON; minute < NOON + 60; minute += 1) {
      const reports = reportsOf(minute, { from: 0, to: 0, extra: outage }).flatMap((one) => {
        const shift = [0, 0, 0, -MINUTE, -HOUR * MINUTE, HOUR * MINUTE][Math.floor(random() * 6)] ?? 0;
        const moved = { ...one, at: one.at + shift };
        return random() < 0.2 ? [moved, moved] : [moved];
      });
      for (const one of reports.reverse()) detector.observe(one);
      signals.push(...detector.advance(START + (minute + 1) * MINUTE));
    }
    expect(ofType(signals, 'opened')).toMatchObject([{ scenarios: ['no_internet'] }]);
    expect(((ofType(signals, 'opened')[0]?.at ?? 0) - START) / MINUTE - NOON).toBeLessThanOrEqual(12);
  });

  it('opens nothing because usual reports were delivered twice', () => {
    const twice = trained();
    const signals = [];
    for (let minute = TODAY; minute < TODAY + DAY; minute += 1) {
      for (const one of reportsOf(minute, { from: 0, to: 0 })) {
        twice.observe(one);
        twice.observe(one);
      }
      signals.push(...twice.advance(START + (minute + 1) * MINUTE));
    }
    expect(signals).toEqual([]);
  });

  it('is not upset by a clock that jumps back, or by days without a call', () => {
    const detector = trained();
    expect(detector.advance(START)).toEqual([]);
    expect(detector.advance(START + (TODAY + 30 * DAY) * MINUTE)).toEqual([]);
    const later = TODAY + 30 * DAY;
    const outage = failure({ from: later + 12 * HOUR, to: later + 13 * HOUR, perMinute: 1, scenario: 'no_internet' });
    expect(ofType(run(detector, { from: later, to: later + DAY, extra: outage }), 'opened')).toHaveLength(1);
  });
});

describe('settings', () => {
  it.each([
    [{ scenarios: [{ id: 'a' }, { id: 'a' }] }, 'outageDetector.scenarios[1].id'],
    [{ scenarios: [{ id: '' }] }, 'outageDetector.scenarios[0].id'],
    [{ scenarios: SCENARIOS, minClients: 3 }, 'outageDetector.minClients'],
    [{ scenarios: SCENARIOS, falseAlarmsPerWeek: 0 }, 'outageDetector.falseAlarmsPerWeek'],
    [{ scenarios: SCENARIOS, reopenWithin: '5h' as const }, 'outageDetector.reopenWithin'],
  ])('refuses %j and says where', (options, path) => {
    try {
      outageDetector(options);
      expect.unreachable();
    } catch (error) {
      expect(isFirstlineError(error) && [error.code, error.path]).toEqual(['invalid_options', path]);
    }
  });

  it('works without scenarios, without failures and without ordinary topics', () => {
    const failuresOnly = SCENARIOS.filter(({ outage }) => outage);
    for (const scenarios of [[], SCENARIOS.filter(({ outage }) => !outage)]) {
      expect(run(outageDetector({ scenarios }), { from: 0, to: DAY })).toEqual([]);
    }
    const detector = outageDetector({ scenarios: failuresOnly });
    // Chance alone opens one in three weeks, see `falseAlarmsPerWeek`.
    expect(ofType(run(detector, { from: 0, to: TODAY, seed: 2 }), 'opened').length).toBeLessThanOrEqual(1);
    const outage = failure({ from: NOON, to: NOON + 60, perMinute: 1, scenario: 'no_internet' });
    expect(ofType(run(detector, { from: TODAY, to: NOON + 60, seed: 2, extra: outage }), 'opened')).toHaveLength(1);
  });
});
