import type { Endpoint, Storage, StorageMethod } from '@firstline/core';
import { appendEvents } from './append-events';
import type { SqlExecutor } from './driver';
import { replay } from './finish-deliveries';
import type { SqlQueries } from './queries';
import { endpointOf } from './rows/endpoint-row';

type Params<K extends StorageMethod> = Parameters<Storage[K]>[0];

/** Lanes woken by one statement at most: their ids are bound as one list. */
const WOKEN_AT_ONCE = 1_000;

export async function endpoints(
  q: SqlQueries,
  tx: SqlExecutor,
  { tenant, keys }: Params<'endpoints'>,
): Promise<readonly Endpoint[]> {
  if (keys.length === 0) return [];
  return (await tx.all(q.endpoints.many, { tenant, keys: JSON.stringify(keys) })).map(endpointOf);
}

export async function endpointsInTrouble(
  q: SqlQueries,
  tx: SqlExecutor,
  params: Params<'endpointsInTrouble'>,
): Promise<readonly Endpoint[]> {
  const waiting = await tx.all(q.endpoints.waiting, params);
  const disabled = await tx.all(q.endpoints.disabled, params);
  return [...waiting, ...disabled].map(endpointOf);
}

export async function putEndpoint(q: SqlQueries, tx: SqlExecutor, params: Params<'putEndpoint'>): Promise<boolean> {
  const { tenant, now, wake: woken, events } = params;
  if (!(await writeEndpoint(q, tx, params))) return false;
  if (woken !== null) await wake(q, tx, { tenant, now, waitsFor: woken, limit: Number.MAX_SAFE_INTEGER });
  await appendEvents(q, tx, tenant, events);
  return true;
}

/** False: somebody else has changed it meanwhile, and nothing is written. */
export async function writeEndpoint(
  q: SqlQueries,
  tx: SqlExecutor,
  { endpoint, expectedVersion }: Pick<Params<'putEndpoint'>, 'endpoint' | 'expectedVersion'>,
): Promise<boolean> {
  const row = { ...endpoint, record: JSON.stringify(endpoint) };
  const written =
    expectedVersion === null
      ? await tx.run(q.endpoints.insert, row)
      : await tx.run(q.endpoints.update, { ...row, expectedVersion });
  return written === 1;
}

/** Lanes that somebody has locked are about to be looked at anyway, by the state of the endpoint that was written before this. */
export async function wake(q: SqlQueries, tx: SqlExecutor, params: Params<'wake'>): Promise<number> {
  const { tenant, now, waitsFor } = params;
  let woken = 0;
  for (let left = params.limit; left > 0; left = params.limit - woken) {
    const limit = Math.min(left, WOKEN_AT_ONCE);
    const lanes = await tx.all(q.lanes.waiting, { tenant, waitsFor, limit });
    if (lanes.length === 0) break;
    const ids = JSON.stringify(lanes.map((lane) => lane.conversation_id));
    await tx.run(q.deliveries.retryNow, { tenant, ids, now });
    await tx.run(q.lanes.wake, { tenant, ids, now });
    woken += lanes.length;
    if (lanes.length < limit) break;
  }
  return woken;
}

export async function replayDeliveries(
  q: SqlQueries,
  tx: SqlExecutor,
  params: Params<'replayDeliveries'>,
): Promise<number> {
  const { endpoint } = params;
  const found =
    endpoint === null
      ? await tx.all(q.deliveries.replayable, params)
      : await tx.all(q.deliveries.replayableOf, { ...params, endpoint });
  if (found.length === 0) return 0;
  await replay(
    q,
    tx,
    params,
    found.map(({ id }) => id),
  );
  return found.length;
}
