import type { CommitParams } from '../../ports/storage-commit';
import { equal, given, matches, rejects } from './assert';
import type { Cases } from './cases';
import type { Fixture } from './fixture';
import { change, changeOf, clientsOf, incidentNow, incidentOf, openIncident } from './incident-rows';
import { SECOND } from './values';

type Tell = NonNullable<CommitParams['tell']>;

export function incidentCases(cases: Cases): void {
  cases.describe('incidents', () => {
    cases.it('are written as they are, counted and numbered', async (fixture) => {
      const incident = incidentOf(fixture, {
        title: 'Кабель',
        expectedAt: 5,
        confirmedBy: 'olga',
        heldAt: 6,
        mutedBy: 'ivan',
      });
      await change(fixture, changeOf(incident));
      equal(await incidentNow(fixture, incident.id), { ...incident, version: 1, affected: 0, told: 0 });
      fixture.wait(SECOND);
      const after = { ...incident, status: 'resolved', resolvedAt: fixture.now, region: null, evidence: null } as const;
      await change(fixture, changeOf(after, { expectedVersion: 1 }));
      equal(await incidentNow(fixture, incident.id), { ...after, version: 2, affected: 0, told: 0 });
      equal(await fixture.storage.incident({ tenant: fixture.tenant, incidentId: 'nobody' }), null);
    });

    cases.it('change by one of several who look at the same version, whole or not at all', async (fixture) => {
      const { storage, tenant, now } = fixture;
      const [one, other] = [await openIncident(fixture), await openIncident(fixture)];
      await change(fixture, changeOf({ ...one, title: 'first' }, { expectedVersion: 1 }));
      const before = await fixture.everything();
      const ticket = fixture.rows.ticket(await someConversation(fixture), {
        conversationId: null,
        clientId: null,
        incidentId: other.id,
      });
      const changes = [
        changeOf(
          { ...other, title: 'second' },
          { expectedVersion: 1, openTicket: ticket, events: [fixture.rows.event('incident.updated', null, 'it')] },
        ),
        changeOf({ ...one, title: 'second' }, { expectedVersion: 1 }),
      ];
      equal(await storage.changeIncidents({ tenant, now, changes }), 'conflict');
      equal(await storage.changeIncidents({ tenant, now, changes: [changeOf(one)] }), 'conflict', 'made twice');
      equal(await storage.ticket({ tenant, ticketId: ticket.id }), null);
      matches(await fixture.everything(), { incidents: (before as { incidents: unknown }).incidents });
    });

    cases.it(
      'open a ticket and are done with it in one change, where they were over before anybody knew',
      async (fixture) => {
        const { storage, tenant, now } = fixture;
        const incident = incidentOf(fixture, { status: 'resolved', resolvedAt: now });
        const about = { conversationId: null, clientId: null, incidentId: incident.id };
        const ticket = fixture.rows.ticket(await someConversation(fixture), about);
        const done = { id: ticket.id, status: 'resolved', resolvedAt: now } as const;
        await change(fixture, changeOf(incident, { openTicket: ticket, updateTicket: done }));
        matches(await storage.ticket({ tenant, ticketId: ticket.id }), done);
      },
    );

    cases.it('are listed newest first, by status, and live until they are over for long', async (fixture) => {
      const { storage, tenant } = fixture;
      const first = await openIncident(fixture, [], { status: 'resolved', resolvedAt: fixture.now });
      fixture.wait(SECOND);
      const second = await openIncident(fixture, [], { status: 'suspected', round: 0 });
      fixture.wait(SECOND);
      const third = await openIncident(fixture);
      const ids = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id);
      const page = await storage.incidents({ tenant, limit: 2 });
      equal(ids(page.items), [third.id, second.id]);
      equal(ids((await storage.incidents({ tenant, limit: 2, cursor: given(page.cursor) })).items), [first.id]);
      equal(ids((await storage.incidents({ tenant, limit: 9, status: 'suspected' })).items), [second.id]);
      const live = async (resolvedSince: number) => ids(await storage.liveIncidents({ tenant, resolvedSince }));
      equal(await live(fixture.now - 2 * SECOND), [third.id, second.id, first.id]);
      equal(await live(fixture.now - SECOND), [third.id, second.id]);
      matches((await storage.counts({ tenant, now: fixture.now })).incidents, { suspected: 1, open: 1, resolved: 1 });
    });

    cases.it('have clients, each once, told in the conversation written in last', async (fixture) => {
      const { storage, tenant } = fixture;
      await fixture.hear({ clientId: 'a', channel: { transport: 'fake', address: { at: 1 } } });
      fixture.wait(SECOND);
      const latest = await fixture.hear({ clientId: 'a', channel: { transport: 'fake', address: { at: 2 } } });
      const other = await fixture.hear({ clientId: 'b' });
      const incident = await openIncident(fixture, ['a', 'b', 'nobody']);
      fixture.wait(SECOND);
      await fixture.hear({ clientId: 'c' });
      await change(fixture, changeOf(incident, { expectedVersion: 1, affected: ['c', 'a'] }));
      const rows = await clientsOf(fixture, incident.id);
      matches(rows, [
        {
          clientId: 'a',
          conversationId: latest.conversation.id,
          joinedAt: fixture.now - SECOND,
          toldAt: null,
          toldRound: 0,
          resolvedRound: 0,
        },
        { clientId: 'b', conversationId: other.conversation.id },
        { clientId: 'c', joinedAt: fixture.now },
      ]);
      equal(rows.length, 3);
      equal((await incidentNow(fixture, incident.id)).affected, 3);
      const page = await storage.affected({ tenant, incidentId: incident.id, limit: 2 });
      const rest = await storage.affected({ tenant, incidentId: incident.id, limit: 2, cursor: given(page.cursor) });
      equal([...page.items, ...rest.items], rows);
      equal(rest.cursor, null);
      const of = await storage.affectedBy({ tenant, clientIds: ['c', 'x', 'b'], incidentIds: [incident.id, 'none'] });
      equal(of.map(({ clientId }) => clientId).sort(), ['b', 'c']);
    });

    cases.it('make lanes due for whom there is something to tell, who joined last first', async (fixture) => {
      const talks: Record<string, string> = {};
      for (const clientId of ['a', 'b', 'c']) talks[clientId] = (await fixture.hear({ clientId })).conversation.id;
      const order = async () =>
        (await fixture.claim('announce', { limit: 9 })).map(({ conversationId }) => conversationId);
      const incident = await openIncident(fixture, ['a', 'b'], {}, { announce: 'all' });
      equal(await order(), [talks['b'], talks['a']]);
      equal(await order(), [], 'claimed twice');
      await change(fixture, changeOf(incident, { expectedVersion: 1, affected: ['c', 'a'], announce: 'added' }));
      equal(await order(), [talks['c']]);
      await tells(fixture, 'b', incident.id, { phase: 'open', round: 1 });
      await change(fixture, changeOf(incident, { expectedVersion: 2, announce: 'all' }));
      equal(
        (await order()).sort(),
        [talks['a'], talks['c']].sort(),
        'takes lanes from their holders, not from who was told',
      );
      const over = { ...incident, status: 'resolved', resolvedAt: fixture.now } as const;
      await change(fixture, changeOf(over, { expectedVersion: 3, announce: 'all' }));
      equal(await order(), [talks['b']], 'only who was told of the beginning');
      await change(fixture, changeOf({ ...incident, round: 2 }, { expectedVersion: 4, announce: 'nobody' }));
      equal(await order(), []);
      const muted = { ...incident, mutedBy: 'olga' };
      await change(fixture, changeOf(muted, { expectedVersion: 5, announce: 'all' }));
      equal(await order(), [talks['b']], 'of a muted one, who was told');
    });

    cases.it('make no lane due in a conversation that is gone', async (fixture) => {
      for (const clientId of ['gone', 'stays']) {
        await fixture.answered({ clientId, replies: [fixture.rows.reply({ delivered: false })] });
        fixture.wait(SECOND);
      }
      const incident = await openIncident(fixture, ['gone', 'stays']);
      equal((await fixture.prune({ conversationsBefore: fixture.now - SECOND })).conversations, 1);
      await change(fixture, changeOf(incident, { expectedVersion: 1, announce: 'all' }));
      const claimed = await fixture.claim('announce', { limit: 9 });
      const left = await fixture.storage.conversations({ tenant: fixture.tenant, limit: 9 });
      equal(
        claimed.map(({ conversationId }) => conversationId),
        left.items.map(({ id }) => id),
      );
    });

    cases.it('have a ticket without a conversation, in the queue like any other', async (fixture) => {
      const { storage, tenant } = fixture;
      const conversation = await someConversation(fixture);
      const incident = await openIncident(fixture);
      const about = { conversationId: null, clientId: null, incidentId: incident.id, priority: 'urgent' } as const;
      const ticket = fixture.rows.ticket(conversation, about);
      await change(fixture, changeOf(incident, { expectedVersion: 1, openTicket: ticket }));
      equal(await storage.ticket({ tenant, ticketId: ticket.id }), ticket);
      equal(await storage.queue({ tenant, limit: 5 }), [ticket]);
      fixture.wait(SECOND);
      const done = { id: ticket.id, status: 'resolved', resolvedAt: fixture.now } as const;
      await change(fixture, changeOf(incident, { expectedVersion: 2, updateTicket: { ...done, assignee: 'olga' } }));
      await change(fixture, changeOf(incident, { expectedVersion: 3, updateTicket: done }));
      equal(await storage.ticket({ tenant, ticketId: ticket.id }), {
        ...ticket,
        ...done,
        assignee: 'olga',
        updatedAt: fixture.now,
      });
      const brief = { ...ticket, id: fixture.id() };
      const over = { ...done, id: brief.id };
      await change(fixture, changeOf(incident, { expectedVersion: 4, openTicket: brief, updateTicket: over }));
      matches(await storage.ticket({ tenant, ticketId: brief.id }), { status: 'resolved' });
      await rejects(
        storage.changeIncidents({
          tenant,
          now: fixture.now,
          changes: [changeOf(incident, { expectedVersion: 5, updateTicket: { ...done, id: 'none' } })],
        }),
        'internal',
      );
      equal((await incidentNow(fixture, incident.id)).version, 5);
    });

    cases.it('take in the clients of another, with what they know', async (fixture) => {
      for (const clientId of ['a', 'b', 'c']) await fixture.hear({ clientId });
      const part = await openIncident(fixture, ['a', 'b'], { round: 3 });
      const whole = await openIncident(fixture, ['b', 'c'], { round: 5 });
      await tells(fixture, 'a', part.id, { phase: 'open', round: 3 });
      await tells(fixture, 'b', part.id, { phase: 'open', round: 3 });
      const merged = { ...part, status: 'resolved', mergedInto: whole.id } as const;
      await change(
        fixture,
        changeOf(merged, { expectedVersion: 1 }),
        changeOf(whole, { expectedVersion: 1, absorbs: part.id }),
      );
      const told = (await clientsOf(fixture, whole.id)).map(({ clientId, toldRound }) => [clientId, toldRound]);
      equal(told.sort(), [
        ['a', 5],
        ['b', 5],
        ['c', 0],
      ]);
      matches(await incidentNow(fixture, whole.id), { affected: 3, told: 2 });
      equal(await clientsOf(fixture, part.id), []);
    });
  });
}

/** What keeps anybody from being told twice, or of what is not so any more. */
export function tellingCases(cases: Cases): void {
  cases.describe('commit: telling of an incident', () => {
    cases.it('joins the client, and happens once per round', async (fixture) => {
      const { conversation } = await fixture.hear({ clientId: 'a' });
      const incident = await openIncident(fixture);
      equal(await tellResult(fixture, 'a', incident.id, { phase: 'open', round: 1 }), 'committed');
      matches(await clientsOf(fixture, incident.id), [
        { clientId: 'a', conversationId: conversation.id, toldAt: fixture.now, toldRound: 1 },
      ]);
      matches(await incidentNow(fixture, incident.id), { affected: 1, told: 1, version: 1 });
      equal(await tellResult(fixture, 'a', incident.id, { phase: 'open', round: 1 }), 'conflict');
      await change(fixture, changeOf({ ...incident, round: 2 }, { expectedVersion: 1 }));
      equal((await incidentNow(fixture, incident.id)).told, 0);
      equal(await tellResult(fixture, 'a', incident.id, { phase: 'open', round: 1 }), 'conflict', 'an earlier round');
      equal(await tellResult(fixture, 'a', incident.id, { phase: 'open', round: 2 }), 'committed');
    });

    cases.it('of the end is for whom was told of the beginning', async (fixture) => {
      for (const clientId of ['a', 'b']) await fixture.hear({ clientId });
      const incident = await openIncident(fixture, ['b']);
      const over = { phase: 'resolved', round: 1 } as const;
      await tells(fixture, 'a', incident.id, { phase: 'open', round: 1 });
      equal(await tellResult(fixture, 'a', incident.id, over), 'conflict', 'before it is over');
      await change(fixture, changeOf({ ...incident, status: 'resolved', resolvedAt: 1 }, { expectedVersion: 1 }));
      equal(await tellResult(fixture, 'b', incident.id, over), 'conflict', 'not told of the beginning');
      equal(await tellResult(fixture, 'b', incident.id, { phase: 'open', round: 1 }), 'conflict', 'after it is over');
      equal(await tellResult(fixture, 'a', incident.id, over), 'committed');
      equal(await tellResult(fixture, 'a', incident.id, over), 'conflict');
      matches(await clientsOf(fixture, incident.id), [{ clientId: 'a', resolvedRound: 1 }, { clientId: 'b' }]);
    });

    cases.it(
      'is refused for a muted incident, an unknown one, and beyond the limit, and writes nothing',
      async (fixture) => {
        for (const clientId of ['a', 'b']) await fixture.hear({ clientId });
        const muted = await openIncident(fixture, [], { mutedBy: 'olga' });
        const open = await openIncident(fixture);
        await tells(fixture, 'a', open.id, { phase: 'open', round: 1, limit: 1 });
        const before = await fixture.everything();
        equal(await tellResult(fixture, 'b', muted.id, { phase: 'open', round: 1 }), 'conflict');
        equal(await tellResult(fixture, 'b', 'none', { phase: 'open', round: 1 }), 'conflict');
        equal(await tellResult(fixture, 'b', open.id, { phase: 'open', round: 1, limit: 1 }), 'conflict');
        equal(await fixture.everything(), before);
        equal(await tellResult(fixture, 'b', open.id, { phase: 'open', round: 1, limit: 2 }), 'committed');
      },
    );

    cases.it('moves and finishes the announce lane as told', async (fixture) => {
      await fixture.hear({ clientId: 'a' });
      await openIncident(fixture, ['a'], {}, { announce: 'all' });
      const [lease] = await fixture.claim('announce');
      const held = given(lease, 'an announce lane');
      await fixture.act(held.conversationId, { lease: held, announce: { dueAt: fixture.now + SECOND } });
      equal(await fixture.nextDueAt('announce'), fixture.now + SECOND);
      fixture.wait(SECOND);
      const [again] = await fixture.claim('announce');
      await fixture.act(held.conversationId, {});
      await fixture.act(held.conversationId, { lease: given(again) });
      equal((await fixture.lanes()).announce, 0);
    });

    cases.it('is forgotten with the client, and pruned with the incident', async (fixture) => {
      const { storage, tenant } = fixture;
      for (const clientId of ['a', 'b']) await fixture.hear({ clientId });
      const incident = await openIncident(fixture, ['a', 'b'], { status: 'resolved', resolvedAt: fixture.now });
      const archive = await storage.archive({ tenant, now: fixture.now, clientId: 'a', operatorId: 'olga' });
      matches(archive?.incidents, [{ incidentId: incident.id, clientId: 'a' }]);
      await storage.erase({ tenant, now: fixture.now, clientId: 'a', operatorId: 'olga' });
      matches(await clientsOf(fixture, incident.id), [{ clientId: 'b' }]);
      await fixture.prune({ conversationsBefore: fixture.now });
      matches(await incidentNow(fixture, incident.id), { affected: 1 });
      await fixture.prune({ conversationsBefore: fixture.now + 1 });
      equal(await storage.incident({ tenant, incidentId: incident.id }), null);
      equal(await clientsOf(fixture, incident.id), []);
    });
  });
}

async function someConversation(fixture: Fixture) {
  return (await fixture.hear({ clientId: 'somebody' })).conversation;
}

/** Tells a client in the client's only conversation, by a person's commit. */
async function tellResult(
  fixture: Fixture,
  clientId: string,
  incidentId: string,
  tell: Pick<Tell, 'phase' | 'round'> & Partial<Pick<Tell, 'limit'>>,
): Promise<string> {
  const { storage, tenant } = fixture;
  const [conversation] = (await storage.conversations({ tenant, clientId, limit: 1 })).items;
  const telling = { incidentId, limit: null, ...tell };
  return (await fixture.commit(fixture.rows.act(given(conversation), { tell: telling }))).status;
}

async function tells(...params: Parameters<typeof tellResult>): Promise<void> {
  equal(await tellResult(...params), 'committed');
}
