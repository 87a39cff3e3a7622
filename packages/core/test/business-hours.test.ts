import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BusinessCalendar, BusinessHoursDefinition } from '../src/index';
import { addBusinessTime, businessHours, businessTimeBetween, FirstlineError, isOpen, nextOpening } from '../src/index';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

// Moments are written with their offset, so that the tests know them without any time-zone library.
const at = (iso: string): number => Date.parse(iso);
const week = (open: readonly string[], days: readonly (typeof WEEKDAYS)[number][] = WEEKDAYS) =>
  Object.fromEntries(days.map((day) => [day, open]));
const office = (timeZone: string, open: readonly string[] = ['08:00-17:00']): BusinessCalendar =>
  businessHours({ timeZone, weekly: week(open, ['mon', 'tue', 'wed', 'thu', 'fri']) });
const daily = (timeZone: string, ...open: string[]): BusinessCalendar =>
  businessHours({ timeZone, weekly: week(open) });
/** Open day and night but for one day, so that the days are really walked. */
const roundTheClock = (timeZone: string): BusinessCalendar => businessHours({ timeZone, holidays: ['2026-12-25'] });

const BERLIN = office('Europe/Berlin');
const CLOSED = businessHours({ timeZone: 'Europe/Berlin', weekly: {} });

function faultsOf(definition: unknown): readonly string[] {
  try {
    businessHours(definition as BusinessHoursDefinition);
  } catch (error) {
    if (!(error instanceof FirstlineError)) throw error;
    expect(error.code).toBe('invalid_options');
    return error.issues.map((issue) => issue.path);
  }
  return [];
}

describe('a calendar', () => {
  it('is always open unless it says otherwise', () => {
    for (const calendar of [businessHours(), businessHours({}), businessHours({ timeZone: 'Asia/Tokyo' })]) {
      expect(calendar.alwaysOpen).toBe(true);
      expect(isOpen(calendar, 0)).toBe(true);
    }
    expect(daily('Europe/Berlin', '12:00-24:00', '00:00-12:00').alwaysOpen).toBe(true);
    expect(roundTheClock('Europe/Berlin').alwaysOpen).toBe(false);
  });

  it('is frozen through and through, and plain data', () => {
    const calendar = businessHours({ timeZone: 'UTC', weekly: { mon: ['09:00-10:00'] }, holidays: ['2026-01-01'] });
    expect(Object.isFrozen(calendar)).toBe(true);
    expect(
      [calendar.weekly, calendar.weekly[0], calendar.weekly[0]?.[0], calendar.holidays].every(Object.isFrozen),
    ).toBe(true);
    expect(JSON.parse(JSON.stringify(calendar))).toEqual(calendar);
  });

  it('lists every fault with its path, in one error', () => {
    const faults = faultsOf({
      timeZone: 'Europe/Nowhere',
      weekly: {
        mon: ['9-10', '09:00-08:00', '10:00-12:00', '11:00-13:00', '22:00-02:00'],
        tue: 'all day',
        wed: ['24:00-24:00', '23:00-24:30', '10:00-10:00'],
      },
      holidays: ['2026-02-30', { date: '2026-01-01', open: ['noon'] }, 5],
      opened: true,
    });
    expect(new Set(faults)).toEqual(
      new Set([
        'businessHours.timeZone',
        'businessHours.weekly.mon[0]',
        'businessHours.weekly.mon[1]',
        'businessHours.weekly.mon[3]',
        'businessHours.weekly.mon[4]',
        'businessHours.weekly.tue',
        'businessHours.weekly.wed[0]',
        'businessHours.weekly.wed[1]',
        'businessHours.weekly.wed[2]',
        'businessHours.holidays[0]',
        'businessHours.holidays[1].open[0]',
        'businessHours.holidays[2]',
        'businessHours',
      ]),
    );
  });

  it('refuses a day given twice, unknown weekdays, an offset for a zone, and hours without a zone', () => {
    const twice = ['2026-01-01', { date: '2026-01-01', open: [] }];
    expect(faultsOf({ timeZone: 'UTC', holidays: twice })).toEqual(['businessHours.holidays[1]']);
    expect(faultsOf({ timeZone: 'UTC', weekly: { monday: [] } })).toEqual(['businessHours.weekly']);
    expect(faultsOf({ timeZone: '+02:00' })).toEqual(['businessHours.timeZone']);
    expect(faultsOf({ weekly: { mon: ['09:00-10:00'] } })).toEqual(['businessHours.timeZone']);
    expect(faultsOf(null)).toEqual(['businessHours']);
  });
});

describe('opening and closing', () => {
  it('is open from the first moment of an interval to just before its end', () => {
    expect(isOpen(BERLIN, at('2026-06-05T08:00:00+02:00') - 1)).toBe(false);
    expect(isOpen(BERLIN, at('2026-06-05T08:00:00+02:00'))).toBe(true);
    expect(isOpen(BERLIN, at('2026-06-05T17:00:00+02:00') - 1)).toBe(true);
    expect(isOpen(BERLIN, at('2026-06-05T17:00:00+02:00'))).toBe(false);
  });

  it('opens next after the night, the weekend, the lunch break, or at once', () => {
    const lunch = office('Europe/Berlin', ['14:00-18:00', '09:00-13:00']);
    expect(nextOpening(BERLIN, at('2026-06-04T18:00+02:00'))).toBe(at('2026-06-05T08:00+02:00'));
    expect(nextOpening(BERLIN, at('2026-06-05T17:00+02:00'))).toBe(at('2026-06-08T08:00+02:00'));
    expect(nextOpening(lunch, at('2026-06-05T13:00+02:00'))).toBe(at('2026-06-05T14:00+02:00'));
    expect(nextOpening(lunch, at('2026-06-05T12:59+02:00'))).toBe(at('2026-06-05T12:59+02:00'));
  });

  it('never opens without hours, and says so without looping', () => {
    const past = businessHours({
      timeZone: 'UTC',
      weekly: {},
      holidays: [{ date: '2020-01-01', open: ['09:00-10:00'] }],
    });
    for (const calendar of [CLOSED, past]) {
      expect(nextOpening(calendar, at('2026-06-05T12:00Z'))).toBeNull();
      expect(addBusinessTime(calendar, at('2026-06-05T12:00Z'), 0)).toBeNull();
      expect(addBusinessTime(calendar, at('2026-06-05T12:00Z'), HOUR)).toBeNull();
      expect(businessTimeBetween(calendar, at('2026-06-05T12:00Z'), at('2027-06-05T12:00Z'))).toBe(0);
    }
    expect(nextOpening(past, at('2019-12-31T12:00Z'))).toBe(at('2020-01-01T09:00Z'));
  });

  it('gives up on a time more than ten years ahead', () => {
    const rare = businessHours({ timeZone: 'UTC', weekly: { mon: ['09:00-09:01'] } });
    expect(addBusinessTime(rare, at('2026-06-05T12:00Z'), DAY)).toBeNull();
  });

  it('keeps holidays, and the own hours of a day', () => {
    const calendar = businessHours({
      timeZone: 'Europe/Berlin',
      weekly: week(['08:00-17:00'], ['mon', 'tue', 'wed', 'thu', 'fri']),
      holidays: [
        '2026-12-25',
        { date: '2026-12-24', open: ['09:00-12:00'] },
        { date: '2026-12-27', open: ['10:00-11:00'] },
      ],
    });
    const from = at('2026-12-24T11:00+01:00');
    expect(addBusinessTime(calendar, from, HOUR)).toBe(at('2026-12-24T12:00+01:00'));
    expect(addBusinessTime(calendar, from, 1.5 * HOUR)).toBe(at('2026-12-27T10:30+01:00'));
    expect(addBusinessTime(calendar, from, 3 * HOUR)).toBe(at('2026-12-28T09:00+01:00'));
  });

  it('goes on through midnight where one day ends at 24:00 and the next starts at 00:00', () => {
    const night = businessHours({ timeZone: 'Europe/Berlin', weekly: { fri: ['22:00-24:00'], sat: ['00:00-06:00'] } });
    const midnight = at('2026-06-06T00:00+02:00');
    expect(isOpen(night, midnight - 1) && isOpen(night, midnight)).toBe(true);
    expect(businessTimeBetween(night, midnight - DAY, midnight + DAY)).toBe(8 * HOUR);
    expect(addBusinessTime(night, midnight - HOUR, 3 * HOUR)).toBe(midnight + 2 * HOUR);
    expect(addBusinessTime(daily('Europe/Berlin', '20:00-24:00'), midnight - HOUR, HOUR)).toBe(midnight);
  });
});

describe('business time', () => {
  it('Friday 16:00 plus 4 hours, Monday to Friday 8 to 17, is Monday 11:00', () => {
    const friday = at('2026-06-05T16:00+02:00');
    expect(addBusinessTime(BERLIN, friday, 4 * HOUR)).toBe(at('2026-06-08T11:00+02:00'));
    expect(businessTimeBetween(BERLIN, friday, at('2026-06-08T11:00+02:00'))).toBe(4 * HOUR);
  });

  it('the same Friday when the clocks change over the weekend, on both sides of the Atlantic', () => {
    const cases = [
      ['Europe/Berlin', '2026-03-27T16:00+01:00', '2026-03-30T11:00+02:00'],
      ['Europe/Berlin', '2026-10-23T16:00+02:00', '2026-10-26T11:00+01:00'],
      ['America/New_York', '2026-03-06T16:00-05:00', '2026-03-09T11:00-04:00'],
      ['America/New_York', '2026-10-30T16:00-04:00', '2026-11-02T11:00-05:00'],
    ] as const;
    for (const [zone, from, due] of cases) expect(addBusinessTime(office(zone), at(from), 4 * HOUR)).toBe(at(due));
  });

  it('leaves out the lunch break', () => {
    const lunch = office('Europe/Berlin', ['09:00-13:00', '14:00-18:00']);
    expect(addBusinessTime(lunch, at('2026-06-04T12:30+02:00'), HOUR)).toBe(at('2026-06-04T14:30+02:00'));
    expect(businessTimeBetween(lunch, at('2026-06-04T12:00+02:00'), at('2026-06-04T15:00+02:00'))).toBe(2 * HOUR);
  });

  it('ends with the interval it uses up, and starts at the next opening when closed', () => {
    expect(addBusinessTime(BERLIN, at('2026-06-05T16:00+02:00'), HOUR)).toBe(at('2026-06-05T17:00+02:00'));
    expect(addBusinessTime(BERLIN, at('2026-06-06T12:00+02:00'), 0)).toBe(at('2026-06-08T08:00+02:00'));
    expect(addBusinessTime(BERLIN, at('2026-06-05T12:00+02:00'), 0)).toBe(at('2026-06-05T12:00+02:00'));
    expect(businessTimeBetween(BERLIN, at('2026-06-05T16:00+02:00'), at('2026-06-05T15:00+02:00'))).toBe(0);
  });

  it('a day has 23 hours in spring and 25 in autumn', () => {
    const cases = [
      ['Europe/Berlin', '2026-03-29T00:00+01:00', '2026-03-30T00:00+02:00', 23],
      ['Europe/Berlin', '2026-10-25T00:00+02:00', '2026-10-26T00:00+01:00', 25],
      ['America/New_York', '2026-03-08T00:00-05:00', '2026-03-09T00:00-04:00', 23],
      ['America/New_York', '2026-11-01T00:00-04:00', '2026-11-02T00:00-05:00', 25],
      ['Australia/Lord_Howe', '2026-10-04T00:00+10:30', '2026-10-05T00:00+11:00', 23.5],
    ] as const;
    for (const [zone, from, to, hours] of cases) {
      expect(businessTimeBetween(roundTheClock(zone), at(from), at(to))).toBe(hours * HOUR);
      expect(addBusinessTime(roundTheClock(zone), at(from), hours * HOUR)).toBe(at(to));
    }
  });

  it('opens after the gap where the clocks skip the opening, and not at all inside it', () => {
    const spring = [at('2026-03-29T00:00+01:00'), at('2026-03-30T00:00+02:00')] as const;
    expect(businessTimeBetween(daily('Europe/Berlin', '01:00-04:00'), ...spring)).toBe(2 * HOUR);
    expect(nextOpening(daily('Europe/Berlin', '02:30-04:00'), spring[0])).toBe(at('2026-03-29T03:00+02:00'));
    expect(businessTimeBetween(daily('Europe/Berlin', '01:00-02:30', '02:45-04:00'), ...spring)).toBe(2 * HOUR);
    expect(nextOpening(daily('Europe/Berlin', '02:00-02:45'), spring[0])).toBe(at('2026-03-30T02:00+02:00'));
    // In Cairo it is midnight that is skipped, and Samoa once left out a whole day.
    expect(nextOpening(daily('Africa/Cairo', '00:00-02:00'), at('2026-04-23T12:00+02:00'))).toBe(
      at('2026-04-24T01:00+03:00'),
    );
    const samoa = [at('2011-12-29T12:00-10:00'), at('2011-12-31T12:00+14:00')] as const;
    expect(businessTimeBetween(daily('Pacific/Apia', '00:00-24:00'), ...samoa)).toBe(samoa[1] - samoa[0]);
    expect(businessTimeBetween(daily('Pacific/Apia', '09:00-17:00'), ...samoa)).toBe(8 * HOUR);
  });

  it('opens and closes at the first of two equal minutes in autumn', () => {
    const autumn = [at('2026-10-25T00:00+02:00'), at('2026-10-26T00:00+01:00')] as const;
    expect(businessTimeBetween(daily('Europe/Berlin', '01:00-04:00'), ...autumn)).toBe(4 * HOUR);
    expect(businessTimeBetween(daily('Europe/Berlin', '01:00-02:30'), ...autumn)).toBe(1.5 * HOUR);
    expect(businessTimeBetween(daily('Europe/Berlin', '02:30-04:00'), ...autumn)).toBe(2.5 * HOUR);
  });

  it('knows zones that are half an hour apart', () => {
    const kolkata = office('Asia/Kolkata');
    expect(nextOpening(kolkata, at('2026-06-05T02:29:59Z'))).toBe(at('2026-06-05T02:30Z'));
    expect(addBusinessTime(kolkata, at('2026-06-05T16:00+05:30'), 4 * HOUR)).toBe(at('2026-06-08T11:00+05:30'));
  });

  it('counts a year, and finds its way back', () => {
    const from = at('2026-01-05T08:00+01:00');
    const year = addBusinessTime(BERLIN, from, 365 * DAY);
    expect(year).not.toBeNull();
    expect(businessTimeBetween(BERLIN, from, year ?? 0)).toBe(365 * DAY);
  });

  it('refuses moments and spans that are none', () => {
    for (const wrong of [Number.NaN, Infinity, 0.5, 1e15]) {
      expect(() => isOpen(BERLIN, wrong)).toThrow(FirstlineError);
      expect(() => nextOpening(businessHours(), wrong)).toThrow(FirstlineError);
      expect(() => businessTimeBetween(BERLIN, 0, wrong)).toThrow(FirstlineError);
    }
    for (const wrong of [-1, Number.NaN, Infinity]) expect(() => addBusinessTime(BERLIN, 0, wrong)).toThrow('ms');
  });
});

describe('for every calendar and moment', () => {
  const STEP = 5 * MINUTE;
  const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe', 'Africa/Cairo'];
  const clock = (step: number): string =>
    `${String(Math.floor(step / 12)).padStart(2, '0')}:${String((step % 12) * 5).padStart(2, '0')}`;
  const intervals = fc.uniqueArray(fc.integer({ min: 0, max: 288 }), { maxLength: 4 }).map((marks) => {
    const sorted = marks.sort((a, b) => a - b);
    return Array.from({ length: Math.floor(sorted.length / 2) }, (_, pair) =>
      [sorted[2 * pair]!, sorted[2 * pair + 1]!].map(clock).join('-'),
    );
  });
  const dates = fc
    .integer({ min: 0, max: 364 })
    .map((day) => new Date(Date.UTC(2026, 0, 1 + day)).toISOString().slice(0, 10));
  const calendars = fc
    .record({
      timeZone: fc.constantFrom(...zones),
      weekly: fc.record(Object.fromEntries(WEEKDAYS.map((day) => [day, intervals]))),
      holidays: fc.uniqueArray(fc.record({ date: dates, open: intervals }), {
        selector: (one) => one.date,
        maxLength: 3,
      }),
    })
    .map((definition) => businessHours(definition));
  // Around the days on which clocks change more often than by chance.
  const moments = fc.oneof(
    fc.integer({ min: at('2026-01-01T00:00Z'), max: at('2027-01-01T00:00Z') }),
    fc
      .tuple(
        fc.constantFrom('2026-03-08', '2026-03-29', '2026-04-05', '2026-04-24', '2026-10-25', '2026-11-01'),
        fc.integer({ min: -DAY, max: 2 * DAY }),
      )
      .map(([date, offset]) => at(`${date}T00:00Z`) + offset),
  );
  const spans = fc.integer({ min: 0, max: 5 * DAY });

  it('adding and measuring are inverse, and what is due is due in open hours', () => {
    fc.assert(
      fc.property(calendars, moments, spans, (calendar, from, ms) => {
        const due = addBusinessTime(calendar, from, ms);
        if (due === null) return;
        expect(due).toBeGreaterThanOrEqual(from);
        expect(businessTimeBetween(calendar, from, due)).toBe(ms);
        expect(isOpen(calendar, due) || isOpen(calendar, due - 1)).toBe(true);
        // Back to the same moment, or to the one before a closed time.
        const again = addBusinessTime(calendar, from, businessTimeBetween(calendar, from, due));
        expect(again).toBe(due);
      }),
    );
  });

  it('more time is never due earlier, nor is the same time from a later start', () => {
    fc.assert(
      fc.property(calendars, moments, spans, spans, (calendar, from, one, more) => {
        const due = addBusinessTime(calendar, from, one) ?? Infinity;
        expect(addBusinessTime(calendar, from, one + more) ?? Infinity).toBeGreaterThanOrEqual(due);
        expect(addBusinessTime(calendar, from + more, one) ?? Infinity).toBeGreaterThanOrEqual(due);
      }),
    );
  });

  it('measured time adds up, and never exceeds the time that passed', () => {
    fc.assert(
      fc.property(calendars, moments, spans, spans, (calendar, from, first, second) => {
        const [middle, to] = [from + first, from + first + second];
        const whole = businessTimeBetween(calendar, from, to);
        expect(whole).toBeLessThanOrEqual(to - from);
        expect(whole).toBe(businessTimeBetween(calendar, from, middle) + businessTimeBetween(calendar, middle, to));
      }),
    );
  });

  it('the measure is the number of open moments', () => {
    fc.assert(
      fc.property(calendars, moments, fc.integer({ min: 0, max: 288 }), (calendar, moment, steps) => {
        const from = moment - (moment % STEP);
        const open = Array.from({ length: steps }, (_, step) => isOpen(calendar, from + step * STEP)).filter(Boolean);
        expect(businessTimeBetween(calendar, from, from + steps * STEP)).toBe(open.length * STEP);
      }),
      { numRuns: 40 },
    );
  });

  it('the next opening is open, and nothing before it is', () => {
    fc.assert(
      fc.property(calendars, moments, (calendar, moment) => {
        const opening = nextOpening(calendar, moment);
        if (opening === null) return;
        expect(isOpen(calendar, opening)).toBe(true);
        expect(businessTimeBetween(calendar, moment, opening)).toBe(0);
        expect(opening === moment).toBe(isOpen(calendar, moment));
      }),
    );
  });

  it('is open when the clock on the wall says so', () => {
    fc.assert(
      fc.property(fc.constantFrom(...zones), moments, (zone, moment) => {
        const wall = new Intl.DateTimeFormat('en-GB', {
          ...{ timeZone: zone, weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
        }).format(moment);
        const [, day = '', time = ''] = /^(\w+),? (\d\d:\d\d)$/.exec(wall) ?? [];
        const inHours = (time >= '09:00' && time < '13:00') || (time >= '14:00' && time < '18:00');
        const calendar = office(zone, ['09:00-13:00', '14:00-18:00']);
        expect(isOpen(calendar, moment)).toBe(inHours && !['Sat', 'Sun'].includes(day));
      }),
      { numRuns: 400 },
    );
  });

  it('an always-open calendar is plain addition, in every zone and also day by day', () => {
    fc.assert(
      fc.property(fc.constantFrom(...zones), moments, spans, (zone, from, ms) => {
        const plain = businessHours({ timeZone: zone });
        const walked = businessHours({ timeZone: zone, holidays: ['1990-01-01'] });
        for (const calendar of [plain, walked]) {
          expect(addBusinessTime(calendar, from, ms)).toBe(from + ms);
          expect(businessTimeBetween(calendar, from, from + ms)).toBe(ms);
        }
      }),
    );
  });
});
