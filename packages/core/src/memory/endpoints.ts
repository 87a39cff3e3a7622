import type { Delivery } from '../model/delivery';
import type { Endpoint } from '../model/endpoint';
import type { StorageEndpoints } from '../ports/storage-endpoints';
import type { Page } from '../ports/storage-reads';
import { replayDelivery } from './deliveries';
import { snapshot } from './snapshot';
import type { Tables } from './tables';
import { inOrder, Timeline } from './timeline';

type Params<Method extends keyof StorageEndpoints> = Parameters<StorageEndpoints[Method]>[0];

export function endpoints(tables: Tables, keys: readonly string[]): readonly Endpoint[] {
  return [...new Set(keys)].flatMap((key) => tables.endpoints.get(key) ?? []);
}

export function endpointPage(tables: Tables, params: Params<'endpointPage'>): Page<Endpoint> {
  const { status } = params;
  const newest = new Timeline();
  for (const { key, createdAt } of tables.endpoints.values()) newest.add({ id: key, createdAt });
  const read = (key: string): (Endpoint & { readonly id: string }) | undefined => {
    const row = tables.endpoints.get(key);
    return row && { ...row, id: key };
  };
  const { items, cursor } = newest.page(params, read, (row) => status === undefined || row.status === status);
  return { items: items.map(({ id: _id, ...row }) => row), cursor };
}

export function endpointsInTrouble(tables: Tables, { now, limit }: Params<'endpointsInTrouble'>): readonly Endpoint[] {
  const rows = [...tables.endpoints.values()];
  const waiting = rows.filter(({ waitUntil }) => waitUntil !== null && waitUntil > now);
  waiting.sort((a, b) => (a.waitUntil ?? 0) - (b.waitUntil ?? 0) || inOrder(dated(a), dated(b)));
  const disabled = rows.filter(({ status }) => status === 'disabled');
  disabled.sort((a, b) => inOrder(dated(b), dated(a)));
  return [...waiting.slice(0, limit), ...disabled.slice(0, limit)];
}

export function putEndpoint(tables: Tables, params: Params<'putEndpoint'>): boolean {
  const { now, endpoint, expectedVersion, wake: woken, events } = params;
  if ((tables.endpoints.get(endpoint.key)?.version ?? null) !== expectedVersion) return false;
  tables.endpoints.set(endpoint.key, snapshot(endpoint));
  if (woken !== null) wake(tables, { now, waitsFor: woken, limit: Infinity });
  tables.append(events);
  return true;
}

export function wake(tables: Tables, { now, waitsFor, limit }: Omit<Params<'wake'>, 'tenant'>): number {
  const woken = tables.lanes.deliver.wake(waitsFor, now, limit);
  for (const conversationId of woken) {
    for (const id of tables.thread(conversationId).pending) {
      const delivery = tables.deliveries.must(id);
      if (delivery.attemptsThisRun === 0 || delivery.nextAttemptAt <= now) continue;
      tables.deliveries.put({ ...delivery, nextAttemptAt: now });
    }
  }
  return woken.length;
}

export function replayDeliveries(tables: Tables, params: Params<'replayDeliveries'>): number {
  const { now, from, to, settledBy, status, endpoint, limit, operatorId } = params;
  const wanted = (row: Delivery): boolean =>
    row.status === status &&
    row.createdAt >= from &&
    row.createdAt < to &&
    (row.settledAt ?? now) <= settledBy &&
    (endpoint === null || tables.thread(row.conversationId).channelKey === endpoint);
  const found = [...tables.deliveries.values()].filter(wanted).sort(inOrder).slice(0, limit);
  for (const { id: deliveryId } of found)
    replayDelivery(tables, { tenant: tables.tenant, now, deliveryId, operatorId });
  return found.length;
}

function dated({ key, createdAt }: Endpoint) {
  return { id: key, createdAt };
}
