import { describe, expect, it } from 'vitest';
import { detectOutages, type OutageReport } from '../src/index';
import { OUTAGE_SCENARIOS, outageDesk } from './support/outage-desk';

const scenarios = OUTAGE_SCENARIOS.map(({ id, service = null, outage = false }) => ({ id, service, outage }));

describe('detectOutages', () => {
  it('finds in the record what was found when it happened', async () => {
    const desk = outageDesk();
    await desk.pass(90);
    const reporters = await desk.breakFor(40, undefined, 'north');
    await desk.pass(90);
    const [incident, ...others] = (await desk.engine.incidents.list()).items;
    expect(others).toEqual([]);
    expect(incident).toMatchObject({ status: 'resolved', region: 'north' });

    const until = desk.clock.now();
    const [found, ...more] = await detectOutages(desk.engine.incidents.recorded(), {
      scenarios,
      suspected: true,
      until,
    });
    expect(more).toEqual([]);
    expect(found).toMatchObject({ id: incident?.id, scenarios: ['NO_INTERNET'], region: 'north', reopened: 0 });
    expect(new Set(found?.clientIds)).toEqual(new Set(reporters));
    expect([found?.openedAt, found?.resolvedAt]).toEqual([incident?.openedAt, incident?.resolvedAt]);
  });

  it('reads a part of the record, with texts where they are asked for', async () => {
    const desk = outageDesk();
    await desk.say('a', 'no connection');
    await desk.clock.advance('1h');
    const from = desk.clock.now();
    await desk.say('b', 'slow', 'south');
    await desk.clock.advance('1h');
    const to = desk.clock.now();
    await desk.say('c', 'gibberish');
    const reports: OutageReport[] = [];
    for await (const report of desk.engine.incidents.recorded({ from, to, texts: true })) reports.push(report);
    expect(reports).toEqual([
      { at: from, clientId: 'b', scenario: 'SLOW', region: 'south', service: 'internet', text: 'slow' },
    ]);
    const all: OutageReport[] = [];
    for await (const report of desk.engine.incidents.recorded()) all.push(report);
    expect(all.map(({ scenario, text }) => [scenario, text])).toEqual([
      ['NO_INTERNET', null],
      ['SLOW', null],
      ['UNKNOWN', null],
    ]);
  });

  it('finds nothing in nothing, and takes any iterable', async () => {
    expect(await detectOutages([], { scenarios })).toEqual([]);
    expect(await detectOutages([{ at: 1, clientId: 'a', scenario: 'SLOW' }], { scenarios })).toEqual([]);
    await expect(detectOutages([], { scenarios, minClients: 1 })).rejects.toMatchObject({ code: 'invalid_options' });
  });
});
