import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { businessHours, type ServiceClockInput, serviceClock, serviceLevel, type ServicePause } from '../src/index';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const at = (iso: string): number => Date.parse(iso);
const hours = ['08:00-17:00'];
const BERLIN = businessHours({
  timeZone: 'Europe/Berlin',
  weekly: { mon: hours, tue: hours, wed: hours, thu: hours, fri: hours },
});
const CLOSED = businessHours({ timeZone: 'Europe/Berlin', weekly: {} });

describe('service clock', () => {
  const targets = serviceLevel({
    normal: { firstResponse: '4h', resolution: '16h' },
    urgent: { firstResponse: '30m' },
  });
  const openedAt = at('2026-06-05T16:00+02:00');
  const monday = (time: string): number => at(`2026-06-08T${time}+02:00`);
  const clock = (input: Partial<ServiceClockInput>) =>
    serviceClock({
      ...{ openedAt, pauses: [], respondedAt: null, resolvedAt: null, priority: 'normal', targets },
      ...{ calendar: BERLIN, now: openedAt },
      ...input,
    });

  it('checks the targets and lists every fault', () => {
    expect(targets.normal).toEqual({ firstResponseMs: 4 * HOUR, resolutionMs: 16 * HOUR });
    expect(targets.low).toEqual({ firstResponseMs: null, resolutionMs: null });
    expect(Object.isFrozen(targets) && Object.isFrozen(targets.low)).toBe(true);
    const wrong = { normal: { firstResponse: '4 hours', resolution: 0 }, critical: {} };
    expect(() => serviceLevel(wrong as never)).toThrow(
      expect.objectContaining({
        code: 'invalid_options',
        issues: [
          expect.objectContaining({ path: 'serviceLevel.normal.firstResponse' }),
          expect.objectContaining({ path: 'serviceLevel.normal.resolution' }),
          expect.objectContaining({ path: 'serviceLevel' }),
        ],
      }),
    );
  });

  it('is due in business time, and breached at that moment, unless it is met by then', () => {
    const due = monday('11:00');
    expect(clock({}).firstResponse).toEqual({ dueAt: due, breached: false, remainingMs: 4 * HOUR });
    expect(clock({ now: monday('09:00') }).firstResponse).toEqual({
      dueAt: due,
      breached: false,
      remainingMs: 2 * HOUR,
    });
    expect(clock({ now: due - 1 }).firstResponse).toEqual({ dueAt: due, breached: false, remainingMs: 1 });
    expect(clock({ now: due }).firstResponse).toEqual({ dueAt: due, breached: true, remainingMs: 0 });
    expect(clock({ now: due + 1, respondedAt: due }).firstResponse).toMatchObject({ breached: false });
    expect(clock({ now: due + 1 }).firstResponse).toEqual({ dueAt: due, breached: true, remainingMs: -1 });
  });

  it('takes the targets of the priority, and promises nothing without one', () => {
    expect(clock({ priority: 'urgent' }).firstResponse.dueAt).toBe(openedAt + 30 * MINUTE);
    const nothing = { dueAt: null, breached: false, remainingMs: null };
    expect(clock({ priority: 'urgent', now: monday('17:00') }).resolution).toEqual(nothing);
    expect(clock({ priority: 'low' })).toEqual({ firstResponse: nothing, resolution: nothing });
  });

  it('never breaches what was met in time, and keeps what was met late', () => {
    const late = monday('17:00') + 30 * DAY;
    const inTime = clock({ respondedAt: monday('10:00'), resolvedAt: monday('12:00'), now: late });
    expect(inTime.firstResponse).toEqual({ dueAt: monday('11:00'), breached: false, remainingMs: HOUR });
    expect(inTime.resolution).toMatchObject({ breached: false, remainingMs: 11 * HOUR });
    const tooLate = clock({ respondedAt: monday('12:00'), now: late });
    expect(tooLate.firstResponse).toEqual({ dueAt: monday('11:00'), breached: true, remainingMs: -HOUR });
  });

  it('stops the first response too when the ticket is resolved without one', () => {
    const { firstResponse } = clock({ resolvedAt: monday('09:00'), now: monday('16:00') });
    expect(firstResponse).toEqual({ dueAt: monday('11:00'), breached: false, remainingMs: 2 * HOUR });
  });

  it('has no due time while waiting on the client, and a later one afterwards', () => {
    const from = monday('09:00');
    const waiting = clock({ pauses: [{ from, to: null }], now: monday('16:00') });
    expect(waiting.firstResponse).toEqual({ dueAt: null, breached: false, remainingMs: 2 * HOUR });
    const back = clock({ pauses: [{ from, to: monday('13:00') }], now: monday('16:00') });
    expect(back.firstResponse).toEqual({ dueAt: monday('15:00'), breached: true, remainingMs: -HOUR });
  });

  it('counts overlapping pauses once, and those before the opening or after the end not at all', () => {
    const pauses: readonly ServicePause[] = [
      { from: monday('09:30'), to: monday('10:00') },
      { from: monday('09:00'), to: monday('11:00') },
      { from: monday('10:30'), to: monday('11:30') },
      { from: openedAt - DAY, to: openedAt },
      { from: monday('16:00'), to: null },
    ];
    expect(clock({ pauses, now: monday('12:00') }).firstResponse.dueAt).toBe(monday('13:30'));
    const met = clock({ pauses, respondedAt: monday('12:00'), now: monday('17:00') });
    expect(met.firstResponse).toEqual({ dueAt: monday('13:30'), breached: false, remainingMs: 1.5 * HOUR });
    const backwards = [{ from: monday('10:00'), to: monday('09:00') }];
    expect(clock({ pauses: backwards, now: monday('10:30') }).firstResponse).toMatchObject({ remainingMs: 0.5 * HOUR });
  });

  it('knows the end of a pause that is planned', () => {
    const pauses = [{ from: monday('09:00'), to: monday('13:00') }];
    expect(clock({ pauses, now: monday('10:00') }).firstResponse).toEqual({
      ...{ dueAt: monday('15:00'), breached: false, remainingMs: 2 * HOUR },
    });
  });

  it('stays breached when a pause begins after the due time', () => {
    const pauses = [{ from: monday('12:00'), to: null }];
    expect(clock({ pauses, now: monday('16:00') }).firstResponse).toEqual({
      ...{ dueAt: monday('11:00'), breached: true, remainingMs: -HOUR },
    });
  });

  it('goes on after reopening: neither a new start nor a breach for the time it was resolved', () => {
    const resolved = clock({ respondedAt: monday('09:00'), resolvedAt: monday('12:00'), now: monday('12:00') });
    expect(resolved.resolution).toMatchObject({ breached: false, remainingMs: 11 * HOUR });
    const reopenedAt = monday('12:00') + 14 * DAY;
    const pauses = [{ from: monday('12:00'), to: reopenedAt }];
    const again = clock({ respondedAt: monday('09:00'), pauses, now: reopenedAt });
    expect(again.resolution).toEqual({ dueAt: at('2026-06-23T14:00+02:00'), breached: false, remainingMs: 11 * HOUR });
    expect(again.firstResponse.breached).toBe(false);
  });

  it('judges an earlier moment by what had happened then', () => {
    const then = clock({
      respondedAt: monday('14:00'),
      pauses: [{ from: monday('13:00'), to: null }],
      now: monday('12:00'),
    });
    expect(then.firstResponse).toEqual({ dueAt: monday('11:00'), breached: true, remainingMs: -HOUR });
  });

  it('promises no time in a calendar that never opens', () => {
    expect(clock({ calendar: CLOSED, now: monday('17:00') + 365 * DAY }).firstResponse).toEqual({
      ...{ dueAt: null, breached: false, remainingMs: 4 * HOUR },
    });
  });

  it('a pause outside of business hours moves nothing, and none ever makes anything due earlier', () => {
    const night = { from: at('2026-06-05T18:00+02:00'), to: at('2026-06-07T12:00+02:00') };
    expect(clock({ pauses: [night], now: monday('09:00') }).firstResponse.dueAt).toBe(monday('11:00'));
    const someHours = fc.integer({ min: -24, max: 200 });
    const pause = fc.tuple(someHours, fc.integer({ min: 0, max: 48 })).map(([start, length]) => ({
      ...{ from: openedAt + start * HOUR, to: openedAt + (start + length) * HOUR },
    }));
    fc.assert(
      fc.property(fc.array(pause, { maxLength: 5 }), pause, someHours, (pauses, more, hour) => {
        const now = openedAt + Math.max(0, hour) * HOUR;
        const before = clock({ pauses, now }).resolution;
        const after = clock({ pauses: [more, ...pauses], now }).resolution;
        expect(after.dueAt!).toBeGreaterThanOrEqual(before.dueAt!);
        expect(after.remainingMs!).toBeGreaterThanOrEqual(before.remainingMs!);
      }),
    );
  });
});
