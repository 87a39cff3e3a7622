import { describe, expect, it } from 'vitest';
import { BROKEN, outageDesk } from './support/outage-desk';

/** A desk on which an outage was noticed a moment ago. */
async function broken(clients = 40, options: Parameters<typeof outageDesk>[0] = {}) {
  const desk = outageDesk(options);
  await desk.pass(90);
  const reporters = await desk.breakFor(clients);
  await desk.pass(2);
  const [incident] = (await desk.engine.incidents.list()).items;
  if (incident === undefined) throw new Error('no incident was noticed');
  return { ...desk, reporters, incident };
}

describe('an incident', () => {
  it('opens by itself, is told to everybody affected once, includes who comes late, and is told when it is over', async () => {
    const { engine, reporters, incident, sent, say, pass } = await broken();
    expect(incident).toMatchObject({ status: 'open', scenarios: ['NO_INTERNET'], round: 1, affected: 40, told: 40 });
    expect(incident.evidence?.clients).toBeGreaterThan(4);
    expect(incident.evidence?.examples.length).toBeGreaterThan(0);
    for (const id of reporters) expect(sent('incident_notice', id)).toHaveLength(1);
    expect(sent('incident_notice', 'asker-1')).toEqual([]);

    const late = await Promise.all(Array.from({ length: 5 }, (_, index) => say(`late-${index}`)));
    for (const outcome of late) {
      expect(outcome).toMatchObject({ status: 'answered', incident: { id: incident.id }, priority: 'urgent' });
      expect(outcome.replies.map(({ type }) => type)).toEqual(['greeting', 'incident_notice']);
    }
    expect(await say('late-0')).toMatchObject({ status: 'held', replies: [], ticket: null });
    expect(await say('late-0', 'well?')).toMatchObject({ status: 'held', replies: [] });
    expect(await say('late-0', 'and my invoice?')).toMatchObject({ status: 'answered', incident: null });

    await pass(90);
    const over = await engine.incidents.get(incident.id);
    expect(over).toMatchObject({ status: 'resolved', affected: 45, told: 45 });
    for (const id of [...reporters, 'late-0', 'late-4']) {
      expect(sent('reminder', id)).toEqual([]);
      expect(sent('incident_notice', id)).toHaveLength(1);
      expect(sent('incident_resolved', id)).toHaveLength(1);
    }
    const talks = (await engine.conversations.list({ clientId: reporters[0] ?? '' })).items;
    expect(talks).toMatchObject([{ status: 'closed' }]);

    const still = await say(reporters[0] ?? '', 'всё ещё не работает');
    expect(still).toMatchObject({ status: 'escalated', priority: 'high', incident: { id: incident.id } });
    expect((await engine.explain(still.messageId))?.rule).toBe('still-broken');
  });

  it('has one urgent ticket, which is done with it', async () => {
    const { engine, incident, pass } = await broken();
    const tickets = (await engine.tickets.list()).items;
    expect(tickets).toMatchObject([
      { rule: 'incident', priority: 'urgent', incidentId: incident.id, conversationId: null, clientId: null },
    ]);
    const mine = await engine.tickets.claimNext({ operatorId: 'olga' });
    expect(mine).toMatchObject({ assignee: 'olga', status: 'in_progress', incidentId: incident.id });
    await pass(90);
    expect(await engine.tickets.get(mine?.id ?? '')).toMatchObject({ status: 'resolved', assignee: 'olga' });
  });

  it('sends who asks for a person to one, and says nothing where a person speaks', async () => {
    const { engine, reporters, incident, say, sent, pass } = await broken();
    const asked = await say(reporters[0] ?? '', 'I want to talk to a human');
    expect(asked).toMatchObject({ status: 'escalated' });
    const spoken = await say('calm', 'where is my invoice');
    await engine.operators.takeOver(spoken.conversationId, { operatorId: 'olga' });
    expect(await say('calm', BROKEN)).toMatchObject({ status: 'held', replies: [] });
    await pass(3);
    const { items } = await engine.incidents.affected(incident.id, { limit: 100 });
    expect(items.find(({ clientId }) => clientId === 'calm')).toMatchObject({ toldRound: 0 });
    expect(sent('incident_notice', 'calm')).toEqual([]);
    await engine.incidents.resolve(incident.id, { operatorId: 'olga' });
    await pass(1);
    expect(sent('incident_resolved', 'calm')).toEqual([]);
    expect(sent('incident_resolved', reporters[0])).toHaveLength(1);
    expect(await engine.conversations.get(asked.conversationId)).toMatchObject({ status: 'waiting_on_person' });
  });

  it('waits for an operator where the policy wants one', async () => {
    const { engine, reporters, incident, sent, pass } = await broken(40, {
      policy: { outage: { confirm: 'operator' } },
    });
    expect(incident).toMatchObject({ status: 'suspected', level: 'confirmed', round: 0 });
    expect(incident.ticketId).not.toBeNull();
    expect(sent('incident_notice')).toEqual([]);
    await engine.incidents.update(incident.id, { title: 'Internet', expectedAt: Date.UTC(2030, 0, 1) });
    await engine.incidents.confirm(incident.id, { operatorId: 'olga' });
    await pass(1);
    expect(sent('incident_notice')).toHaveLength(reporters.length);
    expect(sent('incident_notice')[0]).toContain('Internet');
    expect(await engine.incidents.confirm(incident.id)).toMatchObject({
      status: 'open',
      confirmedBy: 'olga',
      round: 1,
    });
  });

  it('tells so many before anybody has confirmed, and the rest after', async () => {
    const { engine, reporters, incident, sent, pass, say } = await broken(40, {
      policy: { outage: { unconfirmedLimit: 15 } },
    });
    expect(sent('incident_notice')).toHaveLength(15);
    await pass(1);
    expect(await engine.incidents.get(incident.id)).toMatchObject({ told: 15, affected: 40 });
    expect((await engine.incidents.get(incident.id))?.heldAt).not.toBeNull();
    expect(await say('late')).toMatchObject({ incident: null, replies: [{ type: 'greeting' }, { type: 'bot_auto' }] });
    await engine.incidents.confirm(incident.id, { operatorId: 'olga' });
    await pass(2);
    for (const id of [...reporters, 'late']) expect(sent('incident_notice', id)).toHaveLength(1);
  });

  it('can be opened, merged and muted by hand', async () => {
    const { engine, reporters, incident, sent, pass, say } = await broken();
    const tv = await engine.incidents.open({
      scenarios: ['NO_TV'],
      title: 'TV',
      operatorId: 'ivan',
      clientIds: ['asker-3'],
    });
    await pass(1);
    expect(sent('incident_notice', 'asker-3')).toHaveLength(1);
    expect(await say('viewer', 'no tv')).toMatchObject({ incident: { id: tv.id } });
    await expect(engine.incidents.open({ scenarios: ['NO_TV'] })).rejects.toMatchObject({ code: 'conflict' });
    await expect(engine.incidents.open({ scenarios: ['BILLING'] })).rejects.toMatchObject({ code: 'invalid_input' });

    const whole = await engine.incidents.merge(tv.id, { into: incident.id, operatorId: 'ivan' });
    expect(whole).toMatchObject({ scenarios: ['NO_INTERNET', 'NO_TV'], affected: 42, told: 42 });
    expect(await engine.incidents.get(tv.id)).toMatchObject({
      status: 'resolved',
      mergedInto: incident.id,
      affected: 0,
    });
    await pass(1);
    expect(sent('incident_notice', 'viewer')).toHaveLength(1);

    await engine.incidents.mute(incident.id, { operatorId: 'ivan' });
    expect(await say('too-late', 'no tv')).toMatchObject({ incident: null, status: 'answered' });
    await engine.incidents.resolve(incident.id);
    await pass(1);
    expect(sent('incident_resolved')).toEqual([]);
    expect(sent('incident_notice', reporters[0])).toHaveLength(1);
  });

  it('comes back as the same incident in a new round, of which everybody is told anew', async () => {
    const { engine, incident, sent, pass, breakFor } = await broken();
    while ((await engine.incidents.get(incident.id))?.status === 'open') await pass(1);
    await pass(5);
    const again = await breakFor(25);
    await pass(3);
    const [latest, ...others] = (await engine.incidents.list()).items;
    expect(others).toEqual([]);
    expect(latest).toMatchObject({ id: incident.id, status: 'open', round: 2 });
    for (const id of again) expect(sent('incident_notice', id)).toHaveLength(1);
  });

  it('is in the feed, step by step, with ids and figures only', async () => {
    const { engine, incident, pass } = await broken();
    await pass(90);
    const seen = [];
    for await (const event of engine.events.subscribe({ after: 0 })) {
      if (event.type.startsWith('incident.') && event.type !== 'incident.told') seen.push(event);
      if (event.type === 'incident.resolved') break;
    }
    expect(seen[0]).toMatchObject({ data: { incidentId: incident.id, scenarios: ['NO_INTERNET'] } });
    expect(seen.map(({ type }) => type)).toContain('incident.opened');
    expect(JSON.stringify(seen)).not.toContain('connection');
  });
});
