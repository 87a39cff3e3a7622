import { describe, expect, it } from 'vitest';
import { outageDetector, type OutageSignal } from '../src/index';
import {
  DAY,
  type Extra,
  failure,
  flood,
  HOUR,
  MINUTE,
  ofType,
  run,
  SCENARIOS,
  START,
  together,
  trained,
} from './support/outage-stream';

const TODAY = 9 * DAY;
const NOON = TODAY + 12 * HOUR;
const NIGHT = TODAY + 3 * HOUR;

/** The tenth day, from midnight. */
function today(extra: Extra | undefined, to = TODAY + DAY): OutageSignal[] {
  return run(trained(), { from: TODAY, to, ...(extra === undefined ? {} : { extra }) });
}

function minutesAfter(from: number, signal: OutageSignal | undefined): number {
  return signal === undefined ? Infinity : (signal.at - START) / MINUTE - from;
}

describe('what it opens', () => {
  it('finds a sharp outage within minutes, under its scenario and everywhere', () => {
    const signals = today(failure({ from: NOON, to: NOON + 60, perMinute: 1, scenario: 'no_internet' }));
    const [opened, ...others] = ofType(signals, 'opened');
    expect(others).toEqual([]);
    expect(opened).toMatchObject({ scenarios: ['no_internet'], region: null, level: 'confirmed' });
    expect(minutesAfter(NOON, opened)).toBeLessThanOrEqual(9);
    expect(opened?.clientIds.length).toBeGreaterThanOrEqual(4);
    expect(opened?.evidence).toMatchObject({ clients: opened?.clientIds.length });
    expect(opened?.evidence?.expected).toBeLessThan(2);
  });

  it('names the region when the outage is in one', () => {
    const signals = today(
      failure({ from: NOON, to: NOON + 60, perMinute: 0.5, scenario: 'login_failed', region: 'east' }),
    );
    expect(ofType(signals, 'opened')).toMatchObject([{ scenarios: ['login_failed'], region: 'east' }]);
  });

  it('finds a handful of clients at night', () => {
    const signals = today(failure({ from: NIGHT, to: NIGHT + 60, perMinute: 0.2, scenario: 'no_television' }));
    expect(ofType(signals, 'opened')).toMatchObject([{ scenarios: ['no_television'] }]);
    expect(minutesAfter(NIGHT, ofType(signals, 'opened')[0])).toBeLessThan(60);
  });

  it('makes one incident of an outage of everything', () => {
    const scenario = ['no_internet', 'slow_internet', 'no_television', 'login_failed'];
    const signals = today(failure({ from: NOON, to: NOON + 60, perMinute: 3, scenario }));
    const ids = new Set(ofType(signals, 'opened').map(({ incidentId }) => incidentId));
    expect(ids.size).toBe(1);
    const named = new Set(signals.flatMap(({ scenarios }) => scenarios));
    expect([...named].sort()).toEqual([...scenario].sort());
  });

  it('keeps two services that fail at once apart', () => {
    const one = failure({ from: NOON, to: NOON + 90, perMinute: 0.7, scenario: 'no_internet', who: 'a' });
    const other = failure({ from: NOON + 20, to: NOON + 110, perMinute: 0.7, scenario: 'payment_failed', who: 'b' });
    const opened = ofType(today(together(one, other)), 'opened');
    expect(opened.map(({ scenarios }) => scenarios)).toEqual([['no_internet'], ['payment_failed']]);
  });

  it('sees a symptom that reports share sooner than the scenario alone, and names it', () => {
    const outage = { from: NOON, to: NOON + 90, perMinute: 0.15, scenario: 'no_internet' } as const;
    const openedWith = (text: string) => ofType(today(failure({ ...outage, text })), 'opened')[0];
    const symptom = openedWith('router shows error E48');
    expect(symptom?.evidence?.symptom).toMatch(/router|shows|error/);
    expect(minutesAfter(NOON, symptom)).toBeLessThan(minutesAfter(NOON, openedWith('nothing opens at home')));
  });
});

describe('what it does not open', () => {
  it('is silent through usual days', () => {
    expect(run(trained(), { from: TODAY, to: 14 * DAY })).toEqual([]);
  });

  it.each([1, 2, 3])('is silent when %i clients write 100 messages', (clients) => {
    for (const from of [NOON, NIGHT]) {
      expect(today(flood(clients, 100, from, from + 30, 'payment_failed'), from + 60)).toEqual([]);
    }
  });

  it('is silent when three clients flood and a fourth asks once', () => {
    const fourth: Extra = (minute) =>
      minute === NIGHT + 20 ? [{ at: START + minute * MINUTE, clientId: 'fourth', scenario: 'login_failed' }] : [];
    expect(today(together(flood(3, 100, NIGHT, NIGHT + 30, 'login_failed'), fourth), NIGHT + 60)).toEqual([]);
  });

  it('is silent in a campaign of ordinary topics that makes everybody write more', () => {
    const busy = (id: string, minute: number) => {
      if (minute < NOON || minute > NOON + 180) return 1;
      return id === 'tariff' ? 15 : 1.6;
    };
    expect(run(trained(), { from: TODAY, to: TODAY + DAY, busy })).toEqual([]);
  });

  it('is silent on a billing day, when a service gets more of all its questions', () => {
    const busy = (id: string) => (id === 'invoice' || id === 'payment_failed' ? 2.4 : 1);
    expect(run(trained(), { from: TODAY, to: TODAY + DAY, busy })).toEqual([]);
  });

  it('is as good as silent when the business grows by half over night', () => {
    // Chance alone opens one in three weeks, see `falseAlarmsPerWeek`; these are twelve days.
    const opened = [1, 2, 3, 4].flatMap((seed) =>
      ofType(run(trained(), { from: TODAY, to: TODAY + 3 * DAY, busy: () => 1.5, seed }), 'opened'),
    );
    expect(opened.length).toBeLessThanOrEqual(1);
  });

  it('is silent on the first day, when it knows nothing yet', () => {
    const detector = outageDetector({ scenarios: SCENARIOS });
    expect(run(detector, { from: 0, to: DAY })).toEqual([]);
  });
});

describe('what becomes of an incident', () => {
  const outage = failure({ from: NOON, to: NOON + 45, perMinute: 1, scenario: 'no_internet' });

  it('resolves it after recovery', () => {
    const signals = today(outage);
    const [resolved, ...others] = ofType(signals, 'resolved');
    expect(others).toEqual([]);
    expect(minutesAfter(NOON + 45, resolved)).toBeGreaterThan(0);
    expect(minutesAfter(NOON + 45, resolved)).toBeLessThanOrEqual(20);
    expect(resolved?.incidentId).toBe(ofType(signals, 'opened')[0]?.incidentId);
  });

  it('resolves it sooner when its clients say that it works again', () => {
    const texts = failure({ from: NOON, to: NOON + 45, perMinute: 1, scenario: 'no_internet', text: 'nothing opens' });
    const relieved: Extra = (minute) =>
      minute < NOON + 47 || minute > NOON + 50
        ? []
        : [0, 1].map((place) => ({
            ...{ at: START + minute * MINUTE, clientId: toldAbout[2 * (minute - NOON - 47) + place] ?? '' },
            ...{ scenario: 'no_internet', text: 'works again, thanks' },
          }));
    const toldAbout = today(texts, NOON + 45).flatMap(({ clientIds }) => clientIds);
    const alone = ofType(today(texts), 'resolved')[0];
    const said = ofType(today(together(texts, relieved)), 'resolved')[0];
    expect(minutesAfter(NOON + 45, said)).toBeGreaterThan(0);
    expect(minutesAfter(NOON, said)).toBeLessThan(minutesAfter(NOON, alone));
  });

  it('reopens it under its id when the outage comes back', () => {
    const again = failure({ from: NOON + 75, to: NOON + 105, perMinute: 1, scenario: 'no_internet', who: 'again' });
    const signals = today(together(outage, again));
    const types = signals.map(({ type }) => type).filter((type) => type !== 'joined');
    expect(types).toEqual(['opened', 'resolved', 'reopened', 'resolved']);
    expect(new Set(signals.map(({ incidentId }) => incidentId)).size).toBe(1);
    expect(ofType(signals, 'reopened')[0]?.clientIds.every((id) => id.startsWith('again') || id.startsWith('c'))).toBe(
      true,
    );
  });

  it('makes a new incident of an outage after the time for reopening', () => {
    const again = failure({ from: NOON + 240, to: NOON + 285, perMinute: 1, scenario: 'no_internet', who: 'again' });
    const opened = ofType(today(together(outage, again)), 'opened');
    expect(new Set(opened.map(({ incidentId }) => incidentId)).size).toBe(2);
  });

  it('names every client once, late ones as joined, and misses few', () => {
    const signals = today(outage);
    const named = signals.flatMap(({ clientIds }) => clientIds);
    expect(new Set(named).size).toBe(named.length);
    expect(ofType(signals, 'joined').flatMap(({ clientIds }) => clientIds).length).toBeGreaterThan(20);
    const hit = named.filter((clientId) => clientId.startsWith('hit')).length;
    expect(hit / named.length).toBeGreaterThan(0.85);
    expect(hit).toBeGreaterThan(35);
  });

  it('still finds outages after one in the week it learned from', () => {
    const detector = outageDetector({ scenarios: SCENARIOS });
    const first = failure({
      from: 2 * DAY + 12 * HOUR,
      to: 2 * DAY + 16 * HOUR,
      perMinute: 2,
      scenario: 'no_internet',
    });
    run(detector, { from: 0, to: TODAY, extra: first });
    const second = failure({ from: NOON, to: NOON + 60, perMinute: 1, scenario: 'no_internet', who: 'second' });
    const signals = run(detector, { from: TODAY, to: TODAY + DAY, extra: second });
    expect(ofType(signals, 'opened')).toHaveLength(1);
    expect(minutesAfter(NOON, ofType(signals, 'opened')[0])).toBeLessThanOrEqual(12);
  });

  it('says suspected only when asked to, before opened and under its id', () => {
    const slow = failure({ from: NOON, to: NOON + 90, perMinute: 0.2, scenario: 'no_internet' });
    const asked = outageDetector.restore(trained().snapshot(), { scenarios: SCENARIOS, suspected: true });
    const signals = run(asked, { from: TODAY, to: NOON + 90, extra: slow });
    const [suspected] = ofType(signals, 'suspected');
    const [opened] = ofType(signals, 'opened');
    expect(suspected).toMatchObject({ level: 'suspected', scenarios: ['no_internet'] });
    expect(opened?.incidentId).toBe(suspected?.incidentId);
    expect(suspected?.at).toBeLessThan(opened?.at ?? 0);
    expect(ofType(today(slow, NOON + 90), 'suspected')).toEqual([]);
  });
});
