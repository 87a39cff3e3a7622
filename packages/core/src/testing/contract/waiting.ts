import { channelKey } from '../../model/channel';
import type { Delivery } from '../../model/delivery';
import type { DeliveryGate, GateVerdict } from '../../ports/storage';
import { equal, given, isTrue, matches } from './assert';
import type { Cases } from './cases';
import { CHANNEL, FAR, LEASE_MS, MINUTE, OTHER_CHANNEL, SECOND, T0 } from './values';

const KEY = channelKey(CHANNEL);
const SEND: GateVerdict = { action: 'send' };

/** A gate that lets these wait for a minute, and sends the rest. */
function waiting(wanted: (delivery: Delivery) => boolean, waitsFor: string | null, until: number): DeliveryGate {
  return (delivery) => (wanted(delivery) ? { action: 'wait', until, waitsFor } : SEND);
}

export function waitCases(cases: Cases): void {
  cases.describe('deliveries: waiting', () => {
    cases.it('begins no attempt, and ends at its time', async (fixture) => {
      const { deliveries } = await fixture.answered();
      const gate = waiting(() => true, null, T0 + MINUTE);
      equal(await fixture.claimDeliveries({ gate }), []);
      matches(await fixture.delivery(given(deliveries[0])), {
        status: 'pending',
        attempts: 0,
        nextAttemptAt: T0,
        history: [],
      });
      equal(await fixture.nextDueAt('deliver'), T0 + MINUTE);
      fixture.wait(MINUTE - 1);
      await fixture.claimThese();
      fixture.wait(1);
      const [claimed] = await fixture.claimThese(...deliveries);
      equal([claimed?.attempt, claimed?.lease.claims], [1, 1]);
    });

    cases.it('does not use up the limit, nor hold up what is behind it', async (fixture) => {
      for (let n = 0; n < 30; n += 1) await fixture.answered({ clientId: `waits ${n}` });
      fixture.wait(1);
      const { deliveries } = await fixture.answered({ clientId: 'goes' });
      const gate = waiting(({ clientId }) => clientId !== 'goes', 'a place', fixture.now + MINUTE);
      const claimed = await fixture.claimDeliveries({ limit: 1, gate });
      equal(
        claimed.map(({ delivery }) => delivery.id),
        deliveries,
      );
    });

    cases.it('of a long queue is come to by calling again', async (fixture) => {
      for (let n = 0; n < 250; n += 1) await fixture.answered({ clientId: `waits ${n}` });
      fixture.wait(1);
      const { deliveries } = await fixture.answered({ clientId: 'goes' });
      const gate = waiting(({ clientId }) => clientId !== 'goes', 'a place', fixture.now + MINUTE);
      for (let calls = 1; ; calls += 1) {
        isTrue(calls <= 4, 'a call that makes lanes wait makes at least 100 of them wait');
        const [claimed] = await fixture.claimDeliveries({ limit: 1, gate });
        if (claimed === undefined) continue;
        equal(claimed.delivery.id, deliveries[0]);
        break;
      }
    });

    cases.it('ends when it is woken, the first ones first', async (fixture) => {
      const { rows } = fixture;
      const ids: string[] = [];
      for (let n = 0; n < 5; n += 1) {
        ids.push(...(await fixture.answered({ clientId: `c${n}`, replies: [rows.reply(), rows.reply()] })).deliveries);
        const gate = waiting(() => true, 'a place', T0 + (n + 1) * MINUTE);
        await fixture.claimDeliveries({ gate });
      }
      const { deliveries } = await fixture.answered({ clientId: 'other' });
      await fixture.claimDeliveries({ gate: waiting(() => true, 'another place', T0 + MINUTE) });
      fixture.wait(SECOND);
      equal(await fixture.wake('a place', 2), 2);
      equal(await fixture.nextDueAt('deliver'), fixture.now);
      const claimed = await fixture.claimDeliveries();
      equal(claimed.map(({ delivery }) => delivery.id).sort(), [given(ids[0]), given(ids[2])].sort());
      equal(await fixture.wake('a place'), 3, 'the rest');
      equal(await fixture.wake('a place'), 0, 'once');
      equal((await fixture.claimDeliveries()).length, 3);
      equal(await fixture.wake('another place'), 1);
      await fixture.claimThese(...deliveries);
    });

    cases.it('is not ended by what comes behind it', async (fixture) => {
      await fixture.answered();
      await fixture.claimDeliveries({ gate: waiting(() => true, 'a place', T0 + MINUTE) });
      await fixture.answered();
      equal(await fixture.nextDueAt('deliver'), T0 + MINUTE);
      equal(await fixture.wake('a place'), 1, 'and still known');
    });

    cases.it('ends for what is left when its first is cancelled', async (fixture) => {
      const { rows } = fixture;
      const { conversationId, deliveries } = await fixture.answered({
        replies: [rows.reply(), rows.reply({ type: 'operator' })],
      });
      await fixture.claimDeliveries({ gate: waiting(() => true, 'a place', T0 + MINUTE) });
      await fixture.act(conversationId, { cancelDeliveries: { types: ['bot_auto'], reason: 'taken_over' } });
      await fixture.claimThese(given(deliveries[1]));
      equal(await fixture.wake('a place'), 0, 'who is being sent to waits for nothing');
    });

    cases.it('of a failed delivery ends early too, and only of failed ones', async (fixture) => {
      const { rows } = fixture;
      const { deliveries } = await fixture.answered({ replies: [rows.reply(), rows.reply({ delayMs: 5 * MINUTE })] });
      const failed = await fixture.claimOne();
      const againAt = T0 + 10 * MINUTE;
      await fixture.finish(rows.result(failed, 'pending', { againAt, waitsFor: 'a place' }));
      equal(await fixture.nextDueAt('deliver'), againAt);
      fixture.wait(MINUTE);
      equal(await fixture.wake('a place'), 1);
      matches(await fixture.delivery(failed.delivery.id), { nextAttemptAt: fixture.now, attemptsThisRun: 1 });
      matches(await fixture.delivery(given(deliveries[1])), { nextAttemptAt: T0 + 5 * MINUTE });
      const [again] = await fixture.claimThese(failed.delivery.id);
      await fixture.finish(rows.result(given(again), 'sent'));
      equal(await fixture.nextDueAt('deliver'), T0 + 5 * MINUTE);
      equal(await fixture.wake('a place'), 0);
    });

    cases.it('is kept apart by tenant', async (fixture) => {
      const neighbour = fixture.neighbour();
      await neighbour.answered();
      await neighbour.claimDeliveries({ gate: waiting(() => true, 'a place', T0 + MINUTE) });
      equal(await fixture.wake('a place'), 0);
      equal(await neighbour.nextDueAt('deliver'), T0 + MINUTE);
    });
  });
}

export function endpointCases(cases: Cases): void {
  cases.describe('endpoints', () => {
    cases.it('are written whole, by whoever knows the last version', async (fixture) => {
      const { rows } = fixture;
      equal(await fixture.endpoint(KEY), null);
      const first = rows.endpoint(KEY, { told: { parked: 1, clock_skew: 2 }, parked: ['ä"\\'] });
      const event = rows.event('endpoint.paused', null, KEY);
      isTrue(await fixture.putEndpoint(first, null, [event]), 'the first is written');
      isTrue(!(await fixture.putEndpoint(first, null, [event])), 'there is one already');
      equal(await fixture.endpoint(KEY), first);
      const second = { ...first, status: 'paused', waitUntil: T0 + MINUTE, failing: [], version: 2 } as const;
      isTrue(await fixture.putEndpoint(second), 'the second is written');
      isTrue(!(await fixture.putEndpoint({ ...second, reason: 'late' })), 'an old version');
      isTrue(!(await fixture.putEndpoint({ ...rows.endpoint('other'), version: 2 })), 'a row that is not there');
      equal(await fixture.endpoint(KEY), second);
      equal((await fixture.lastEvents(10)).length, 1, 'events of what was written');
      equal(await fixture.neighbour().endpoint(KEY), null);
      const keys = [KEY, 'unknown', KEY];
      equal(await fixture.storage.endpoints({ tenant: fixture.tenant, keys }), [second]);
    });

    cases.it('are shown newest first, and those in trouble by the end of it', async (fixture) => {
      const { rows, storage, tenant } = fixture;
      for (const [n, changes] of [
        { status: 'paused', waitUntil: T0 + 2 * MINUTE } as const,
        { status: 'disabled' } as const,
        { waitUntil: T0 + MINUTE },
        { waitUntil: T0 },
        { status: 'disabled' } as const,
      ].entries()) {
        await fixture.putEndpoint(rows.endpoint(`e${n}`, { ...changes, createdAt: T0 + n }));
      }
      const pages: string[] = [];
      for (let cursor: string | null | undefined; cursor !== null;) {
        const page = await storage.endpointPage({ tenant, limit: 2, ...(cursor === undefined ? {} : { cursor }) });
        pages.push(page.items.map(({ key }) => key).join(' '));
        cursor = page.cursor;
      }
      equal(pages, ['e4 e3', 'e2 e1', 'e0']);
      const { items } = await storage.endpointPage({ tenant, limit: 10, status: 'disabled' });
      equal(
        items.map(({ key }) => key),
        ['e4', 'e1'],
      );
      const troubled = await storage.endpointsInTrouble({ tenant, now: T0, limit: 10 });
      equal(
        troubled.map(({ key }) => key),
        ['e2', 'e0', 'e4', 'e1'],
      );
      equal((await storage.endpointsInTrouble({ tenant, now: T0, limit: 1 })).length, 2, 'of each kind');
      equal(await storage.endpointsInTrouble({ tenant: 'nobody', now: T0, limit: 1 }), []);
    });

    cases.it('are told to the gate, by the key of the channel and the name of the transport', async (fixture) => {
      const own = fixture.rows.endpoint(KEY);
      const transport = fixture.rows.endpoint('fake');
      await fixture.putEndpoint(own);
      await fixture.putEndpoint(transport);
      await fixture.answered();
      await fixture.answered({ clientId: 'other', channel: OTHER_CHANNEL });
      const asked: unknown[] = [];
      const gate: DeliveryGate = (_delivery, { channel }, place) => {
        asked.push([channel?.address, place]);
        return SEND;
      };
      const claimed = await fixture.claimDeliveries({ gate });
      equal(asked.length, 2);
      const here = { key: KEY, own, transport, openAttempts: 0 };
      const there = { key: channelKey(OTHER_CHANNEL), own: null, transport, openAttempts: 0 };
      for (const pair of [
        [{ to: 'a' }, here],
        [{ to: 'b' }, there],
      ]) {
        isTrue(JSON.stringify(asked).includes(JSON.stringify(pair)), JSON.stringify(pair));
      }
      equal(
        claimed.map(({ place }) => place.own).filter((row) => row !== null),
        [own],
      );
    });

    cases.it('are held by the claim that probes them, which others see at once', async (fixture) => {
      const paused = fixture.rows.endpoint(KEY, { status: 'paused', waitUntil: T0 });
      await fixture.putEndpoint(paused);
      for (let n = 0; n < 3; n += 1) await fixture.answered({ clientId: `c${n}` });
      const until = T0 + LEASE_MS;
      const gate: DeliveryGate = (_delivery, _conversation, { own }) => {
        if ((own?.waitUntil ?? 0) > T0) return { action: 'wait', until, waitsFor: KEY };
        return { action: 'send', holds: [{ ...paused, waitUntil: until, version: 2 }] };
      };
      const claimed = await fixture.claimDeliveries({ gate });
      equal(claimed.length, 1, 'one probe');
      equal(claimed[0]?.place.own, { ...paused, waitUntil: until, version: 2 });
      equal(await fixture.endpoint(KEY), { ...paused, waitUntil: until, version: 2 });
      equal(await fixture.nextDueAt('deliver'), until);
      const well = { ...paused, status: 'active', waitUntil: null, version: 3 } as const;
      isTrue(await fixture.putEndpoint(well, KEY), 'it works again');
      equal((await fixture.claimDeliveries()).length, 2, 'and what was kept goes out');
    });

    cases.it('whose row is out of date are not held, and the gate is asked again', async (fixture) => {
      const paused = fixture.rows.endpoint(KEY, { status: 'paused', waitUntil: T0 });
      await fixture.putEndpoint(paused);
      await fixture.answered();
      const seen: unknown[] = [];
      const gate: DeliveryGate = (_delivery, _conversation, { own }) => {
        seen.push(own?.version);
        if (seen.length === 1) return { action: 'send', holds: [{ ...paused, waitUntil: FAR, version: 9 }] };
        return { action: 'wait', until: FAR, waitsFor: KEY };
      };
      equal(await fixture.claimDeliveries({ gate }), []);
      equal(seen, [1, 1]);
      equal(await fixture.endpoint(KEY), paused);
    });

    cases.it('go with the last conversation that leads to them', async (fixture) => {
      const { rows } = fixture;
      await fixture.answered({ clientId: 'one' });
      await fixture.answered({ clientId: 'two' });
      await fixture.answered({ clientId: 'two', channel: OTHER_CHANNEL });
      await fixture.putEndpoint(rows.endpoint(KEY));
      await fixture.putEndpoint(rows.endpoint(channelKey(OTHER_CHANNEL), { status: 'disabled' }));
      await fixture.putEndpoint(rows.endpoint('fake'));
      await fixture.erase('two');
      equal(await fixture.endpoint(channelKey(OTHER_CHANNEL)), null);
      equal((await fixture.endpoint(KEY))?.key, KEY);
      await fixture.erase('one');
      equal(await fixture.endpoint(KEY), null);
      equal((await fixture.endpoint('fake'))?.key, 'fake');
    });
  });
}
