import type { DetectionClaim, Storage, StorageMethod } from '@firstline/core';
import type { SqlExecutor } from './driver';
import { writeChanges } from './incidents';
import type { SqlQueries } from './queries';
import { Refusal } from './refusal';
import { reportOf } from './rows/incident-row';

type Params<K extends StorageMethod> = Parameters<Storage[K]>[0];

export async function claimDetection(
  q: SqlQueries,
  tx: SqlExecutor,
  params: Params<'claimDetection'>,
): Promise<DetectionClaim> {
  const { tenant, now, minute, token, known } = params;
  let taken = await tx.first(q.outage.take, params);
  if (taken === undefined) {
    const held = await tx.first(q.outage.holder, { tenant });
    if (held !== undefined) {
      const busy = held.token !== null && held.token !== token && now < held.lease_until;
      return { status: busy ? 'busy' : 'idle' };
    }
    await tx.run(q.outage.begin, { tenant });
    taken = await tx.first(q.outage.take, params);
    if (taken === undefined) return { status: 'busy' };
  }
  const { version, judged } = taken;
  await tx.run(q.outage.mark, { tenant, minute, judged: judged ?? -1 });
  const reports = (await tx.all(q.outage.taken, { tenant, minute })).map(reportOf);
  if (known === version) return { status: 'claimed', version, reports, past: null };
  const past = judged === null ? [] : await tx.all(q.outage.judged, { tenant, judged });
  const snapshot = (await tx.first(q.outage.state, { tenant }))?.snapshot ?? null;
  return { status: 'claimed', version, reports, past: { snapshot, judged, reports: past.map(reportOf) } };
}

export async function finishDetection(
  q: SqlQueries,
  tx: SqlExecutor,
  params: Params<'finishDetection'>,
): Promise<'finished' | 'conflict' | 'lost'> {
  const { tenant, now, minute, changes, snapshot } = params;
  if ((await tx.run(q.outage.finish, params)) !== 1) return 'lost';
  if (snapshot !== null) await tx.run(q.outage.removeJudged, { tenant, minute });
  if (!(await writeChanges(q, tx, tenant, changes, now))) throw new Refusal('conflict' as const);
  return 'finished';
}
