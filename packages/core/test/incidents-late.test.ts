import { expect, it } from 'vitest';
import { type EngineOptions, memoryStorage } from '../src/index';
import { outageDesk } from './support/outage-desk';

const MINUTE = 60_000;

it('an incident opened and ended when the reports say, however late somebody judges them', async () => {
  const [prompt, late] = [outageDesk(), outageDesk()];
  for (const desk of [prompt, late]) {
    await desk.pass(90);
    await desk.breakFor(12);
  }
  for (let minute = 0; minute < 90; minute += 1) {
    await prompt.pass(1);
    await late.say(`late-asker-${minute}`, 'where is my invoice');
    await late.clock.advance(MINUTE);
    // Nobody is there while it opens, nor when it ends.
    if (minute === 4 || minute > 60) await late.engine.tick();
  }
  const [one] = (await prompt.engine.incidents.list()).items;
  const [other] = (await late.engine.incidents.list()).items;
  expect(one).toMatchObject({ status: 'resolved', round: 1, told: 12 });
  expect(other).toMatchObject({ status: 'resolved', round: 1, told: 12 });
  expect(other).toMatchObject({ id: one?.id, openedAt: one?.openedAt, resolvedAt: one?.resolvedAt });
  expect(other?.createdAt).toBeGreaterThan(one?.createdAt ?? 0);
});

it('an outage that was over before anybody judged it is known, and told to nobody', async () => {
  const { engine, clock, pass, breakFor, say, sent } = outageDesk();
  await pass(90);
  await breakFor(40);
  for (let minute = 0; minute < 90; minute += 1) {
    await say(`asker-meanwhile-${minute}`, 'where is my invoice');
    await clock.advance(MINUTE);
  }
  await engine.tick();
  const [incident, ...others] = (await engine.incidents.list()).items;
  expect(others).toEqual([]);
  expect(incident).toMatchObject({ status: 'resolved', round: 1, affected: 40, told: 0, ticketId: null });
  expect((incident?.resolvedAt ?? 0) - (incident?.openedAt ?? 0)).toBeGreaterThan(5 * MINUTE);
  expect((await engine.tickets.list()).items).toMatchObject([{ incidentId: incident?.id, status: 'resolved' }]);
  expect([...sent('incident_notice'), ...sent('incident_resolved')]).toEqual([]);
});

it('a suspicion that nothing comes of does not stay for ever', async () => {
  const { engine, pass, breakFor, sent } = outageDesk({ policy: { outage: { falseAlarmsPerWeek: 0.001 } } });
  await pass(90);
  await breakFor(3, 'no connection');
  await breakFor(3, 'не работает');
  await pass(2);
  const [suspected] = (await engine.incidents.list()).items;
  expect(suspected).toMatchObject({ status: 'suspected', level: 'suspected', affected: 6 });
  await pass(57);
  expect(await engine.incidents.get(suspected?.id ?? '')).toMatchObject({ status: 'suspected' });
  await pass(5);
  expect(await engine.incidents.get(suspected?.id ?? '')).toMatchObject({ status: 'resolved', round: 0, told: 0 });
  expect([...sent('incident_notice'), ...sent('incident_resolved')]).toEqual([]);
});

it('shows what later clients wrote, too, up to twenty', async () => {
  const { engine, pass, breakFor } = outageDesk();
  await pass(90);
  await breakFor(8);
  await pass(2);
  const examples = async () => (await engine.incidents.list()).items[0]?.evidence?.examples ?? [];
  const first = await examples();
  expect(first.length).toBeGreaterThan(0);
  await breakFor(8);
  await pass(2);
  const more = await examples();
  expect(more).toEqual(expect.arrayContaining([...first]));
  expect(more.length).toBeGreaterThan(first.length);
  await breakFor(30);
  await pass(2);
  expect(await examples()).toHaveLength(20);
});

it('processes that take turns do not store what the detector knows each time', async () => {
  let stored = 0;
  const storage: NonNullable<EngineOptions['storage']> = new Proxy(memoryStorage(), {
    get: (target, name) => {
      if (name !== 'finishDetection') {
        const member: unknown = Reflect.get(target, name);
        return typeof member === 'function' ? (member.bind(target) as unknown) : member;
      }
      return (params: Parameters<typeof target.finishDetection>[0]) => {
        if (params.snapshot !== null) stored += 1;
        return target.finishDetection(params);
      };
    },
  });
  const one = outageDesk({ storage });
  const other = outageDesk({ storage, clock: one.clock });
  for (let turn = 0; turn < 60; turn += 1) await (turn % 2 === 0 ? one : other).pass(1);
  expect(stored).toBeGreaterThan(2);
  expect(stored).toBeLessThanOrEqual(5);
});

it('a mute is taken back by confirming, also of what people opened', async () => {
  const { engine, pass, say, sent } = outageDesk();
  const incident = await engine.incidents.open({ scenarios: ['NO_TV'], operatorId: 'olga' });
  await engine.incidents.mute(incident.id, { operatorId: 'ivan' });
  expect(await say('muted', 'no tv')).toMatchObject({ incident: null });
  const again = await engine.incidents.confirm(incident.id, { operatorId: 'ivan' });
  expect(again).toMatchObject({ status: 'open', round: 1, mutedBy: null });
  expect(await say('viewer', 'no tv')).toMatchObject({ incident: { id: incident.id } });
  await pass(1);
  expect(sent('incident_notice', 'viewer')).toHaveLength(1);
});
