import type { CommitParams } from '../../ports/storage-commit';
import type { StorageIncidents } from '../../ports/storage-incidents';
import { equal, given, matches } from './assert';
import type { Cases } from './cases';
import type { Fixture } from './fixture';
import { changeOf, incidentOf } from './incident-rows';
import { LEASE_MS } from './values';

type Finish = Parameters<StorageIncidents['finishDetection']>[0];

/** Minute 10 and what is around it; nothing here depends on the time of day. */
const M = 10;

/** A client's message, decided and counted as a report. */
async function reports(
  fixture: Fixture,
  clientId: string,
  minute: number,
  report: Partial<NonNullable<CommitParams['report']>> = {},
) {
  const turn = await fixture.hearLeased({ clientId, text: `Не работает, ${clientId}` });
  const messageId = turn.state.message.id;
  await fixture.decide(turn, { report: { minute, scenario: 'BROKEN', region: null, messageId, ...report } });
  return messageId;
}

const claim = ({ storage, tenant, now }: Fixture, minute: number, token = 'one', known: number | null = null) =>
  storage.claimDetection({ tenant, now, minute, token, until: now + LEASE_MS, known });

async function claimed(...params: Parameters<typeof claim>) {
  const result = await claim(...params);
  if (result.status !== 'claimed') throw new Error(`expected the right to judge, got ${result.status}`);
  return result;
}

const finish = ({ storage, tenant, now }: Fixture, minute: number, given: Partial<Finish> = {}) =>
  storage.finishDetection({ tenant, now, minute, token: 'one', snapshot: null, changes: [], ...given });

export function detectionCases(cases: Cases): void {
  cases.describe('detection', () => {
    cases.it('gives what clients report, once a minute and scenario, in order', async (fixture) => {
      const first = await reports(fixture, 'b', M, { region: 'north' });
      await reports(fixture, 'b', M);
      const other = await reports(fixture, 'b', M, { scenario: 'ALSO' });
      const early = await reports(fixture, 'a', M - 1);
      await reports(fixture, 'a', M + 1);
      const { reports: found, past, version } = await claimed(fixture, M);
      equal(found, [
        {
          minute: M - 1,
          scenario: 'BROKEN',
          clientId: 'a',
          region: null,
          messages: 1,
          messageId: early,
          text: 'Не работает, a',
          judgedIn: M,
        },
        {
          minute: M,
          scenario: 'ALSO',
          clientId: 'b',
          region: null,
          messages: 1,
          messageId: other,
          text: 'Не работает, b',
          judgedIn: M,
        },
        {
          minute: M,
          scenario: 'BROKEN',
          clientId: 'b',
          region: 'north',
          messages: 2,
          messageId: first,
          text: 'Не работает, b',
          judgedIn: M,
        },
      ]);
      equal([version, past], [0, { snapshot: null, judged: null, reports: [] }]);
    });

    cases.it('begins before anybody has written', async (fixture) => {
      equal(await claimed(fixture, M), {
        ...{ status: 'claimed', version: 0, reports: [] },
        past: { snapshot: null, judged: null, reports: [] },
      });
      equal(await finish(fixture, M), 'finished');
      equal(await claim(fixture, M), { status: 'idle' });
      matches(await claimed(fixture, M + 1), { version: 1, past: { judged: M } });
    });

    cases.it('is for one at a time, until the lease has run out', async (fixture) => {
      await reports(fixture, 'a', M);
      await claimed(fixture, M);
      equal(await claim(fixture, M, 'two'), { status: 'busy' });
      matches(await claim(fixture, M, 'one'), { status: 'claimed' });
      fixture.wait(LEASE_MS);
      matches(await claim(fixture, M + 1, 'two'), { status: 'claimed', reports: [{ clientId: 'a', judgedIn: M + 1 }] });
      const before = await fixture.everything();
      equal(await finish(fixture, M, { changes: [changeOf(incidentOf(fixture))] }), 'lost');
      equal(await fixture.everything(), before);
      equal(await finish(fixture, M + 1, { token: 'two' }), 'finished');
      equal(await claim(fixture, M + 1, 'two'), { status: 'idle' });
      equal(await claim(fixture, M, 'three'), { status: 'idle' });
    });

    cases.it('tells a newcomer what was judged since the snapshot, as it was judged', async (fixture) => {
      await reports(fixture, 'a', M);
      await claimed(fixture, M);
      equal(await finish(fixture, M, { snapshot: '{"Ё":1}' }), 'finished');
      await reports(fixture, 'b', M + 1);
      await claimed(fixture, M + 1, 'one', 1);
      equal(await finish(fixture, M + 1), 'finished');
      // Late for its minute, and of a client who was judged in it: neither changes what was judged.
      await reports(fixture, 'c', M + 1);
      await reports(fixture, 'b', M + 1);
      await reports(fixture, 'd', M + 2);
      const next = await claimed(fixture, M + 2, 'two');
      matches(next, {
        version: 2,
        reports: [{ clientId: 'c', minute: M + 1, judgedIn: M + 2 }, { clientId: 'd' }],
        past: { snapshot: '{"Ё":1}', judged: M + 1, reports: [{ clientId: 'b', judgedIn: M + 1, messages: 1 }] },
      });
      equal(next.reports.length, 2);
      equal(await finish(fixture, M + 2, { token: 'two' }), 'finished');
      equal((await claimed(fixture, M + 3, 'two', 3)).past, null, 'who judged last knows it all');
    });

    cases.it('writes what it changes with the judgement, or neither', async (fixture) => {
      const { storage, tenant } = fixture;
      await reports(fixture, 'a', M);
      const incident = incidentOf(fixture);
      await claimed(fixture, M);
      equal(
        await finish(fixture, M, {
          changes: [
            changeOf(incident, { affected: ['a'], events: [fixture.rows.event('incident.opened', null, 'it')] }),
          ],
        }),
        'finished',
      );
      equal((await storage.incident({ tenant, incidentId: incident.id }))?.affected, 1);
      equal((await fixture.lastEvents(1))[0]?.type, 'incident.opened');
      await claimed(fixture, M + 1);
      const stale = changeOf(incident, { expectedVersion: 7, affected: ['b'] });
      equal(await finish(fixture, M + 1, { changes: [stale] }), 'conflict');
      equal(
        await finish(fixture, M + 1, { changes: [changeOf(incident, { expectedVersion: 1 })] }),
        'finished',
        'the right was kept',
      );
      equal((await storage.incident({ tenant, incidentId: incident.id }))?.version, 2);
    });

    cases.it('keeps what the holder had taken and never finished for the next one', async (fixture) => {
      await reports(fixture, 'a', M);
      await claimed(fixture, M);
      fixture.wait(LEASE_MS);
      await reports(fixture, 'b', M);
      const { reports: found } = await claimed(fixture, M, 'two');
      equal(
        found.map(({ clientId }) => clientId),
        ['a', 'b'],
      );
    });

    cases.it(
      'knows nothing of a report whose commit was refused, of an erased client, or of long ago',
      async (fixture) => {
        const { storage, tenant, now } = fixture;
        const turn = await fixture.hearLeased({ clientId: 'refused' });
        const report = { minute: M, scenario: 'BROKEN', region: null, messageId: turn.state.message.id };
        await fixture.commit(fixture.rows.decision(turn, { report, expectedVersion: 99 }));
        await reports(fixture, 'erased', M);
        const minute = Math.floor(now / 60_000);
        await reports(fixture, 'old', minute - 1_441);
        await reports(fixture, 'young', minute);
        await storage.erase({ tenant, now, clientId: 'erased', operatorId: 'olga' });
        await fixture.prune();
        const { reports: found } = await claimed(fixture, minute);
        equal(
          found.map(({ clientId }) => given(clientId)),
          ['young'],
        );
      },
    );
  });
}
