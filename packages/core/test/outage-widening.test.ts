import { expect, it } from 'vitest';
import { Incident } from '../src/outage/incident';
import { Regions } from '../src/outage/regions';
import { Topic } from '../src/outage/topic';

const topic = (id: string): Topic => new Topic(id, null, true, 2);
const opened = (): Incident =>
  new Incident({ number: 1, id: 'outage', topics: [topic('no_tv')], region: null, minute: 0, excess: 3 });
const regions = new Regions();

/** The first minute after which it is over, if clients join in the first `busy` minutes and then nobody does. */
function over(incident: Incident, busy: number, from = 0): number {
  for (let minute = from; minute < 200; minute += 1) {
    incident.joined = minute < busy ? 3 : 0;
    if (incident.step(minute, regions, [])) return minute;
  }
  throw new Error('it is never over');
}

it('does not take an outage for over in the minute in which it spreads, nor for what was seen before', () => {
  const end = over(opened(), 10);
  const spreading = opened();
  for (let minute = 0; minute < end; minute += 1) {
    spreading.joined = minute < 10 ? 3 : 0;
    expect(spreading.step(minute, regions, [])).toBe(false);
  }
  spreading.widen([topic('no_internet')], 14);
  spreading.joined = 0;
  expect(spreading.step(end, regions, [])).toBe(false);
  // If nobody follows it is over all the same.
  const later = over(spreading, 0, end + 1);
  expect(later).toBeGreaterThan(end);
  expect(later).toBeLessThan(end + 10);
});
