import type { CommitParams } from '../ports/storage-commit';
import type { DetectionClaim, StorageIncidents, StoredReport } from '../ports/storage-incidents';
import type { Report } from './incident-tables';
import { conflicting, writeChanges } from './incidents';
import type { Tables } from './tables';

type Params<Method extends keyof StorageIncidents> = Parameters<StorageIncidents[Method]>[0];

/** Once a minute and scenario, whatever a client writes; what was judged already stays as it was judged. */
export function writeReport(tables: Tables, clientId: string, report: CommitParams['report']): void {
  if (report === null) return;
  const { minute, scenario } = report;
  const key = JSON.stringify([minute, scenario, clientId]);
  const known = tables.incidents.reports.get(key);
  if (known === undefined) tables.incidents.reports.set(key, { ...report, clientId, messages: 1, judgedIn: null });
  else if (known.judgedIn === null) tables.incidents.reports.set(key, { ...known, messages: known.messages + 1 });
}

export function claimDetection(tables: Tables, params: Params<'claimDetection'>): DetectionClaim {
  const { now, minute, token, until, known } = params;
  const { incidents } = tables;
  const state = incidents.detection;
  if (state.token !== null && state.token !== token && now < state.until) return { status: 'busy' };
  if (state.judged !== null && minute <= state.judged) return { status: 'idle' };
  incidents.detection = { ...state, token, until };
  const rows = [...incidents.reports].sort(([, a], [, b]) => inOrder(a, b));
  const isPast = ({ judgedIn }: Report): boolean =>
    judgedIn !== null && state.judged !== null && judgedIn <= state.judged;
  const past = rows.filter(([, row]) => isPast(row)).map(([, row]) => stored(tables, row));
  const reports: StoredReport[] = [];
  for (const [key, row] of rows) {
    if (isPast(row) || row.minute > minute) continue;
    const taken = { ...row, judgedIn: minute };
    incidents.reports.set(key, taken);
    reports.push(stored(tables, taken));
  }
  const { version, snapshot, judged } = state;
  past.sort((a, b) => a.judgedIn - b.judgedIn);
  return { status: 'claimed', version, reports, past: known === version ? null : { snapshot, judged, reports: past } };
}

export function finishDetection(tables: Tables, params: Params<'finishDetection'>): 'finished' | 'conflict' | 'lost' {
  const { now, minute, token, snapshot, changes } = params;
  const { incidents } = tables;
  const state = incidents.detection;
  if (state.token !== token) return 'lost';
  if (conflicting(tables, changes)) return 'conflict';
  writeChanges(tables, changes, now);
  incidents.detection = {
    version: state.version + 1,
    judged: minute,
    snapshot: snapshot ?? state.snapshot,
    token: null,
    until: 0,
  };
  if (snapshot !== null) {
    for (const [key, { judgedIn }] of incidents.reports) {
      if (judgedIn !== null && judgedIn <= minute) incidents.reports.delete(key);
    }
  }
  return 'finished';
}

export function pruneReports(tables: Tables, beforeMinute: number): void {
  for (const [key, { minute }] of tables.incidents.reports) {
    if (minute < beforeMinute) tables.incidents.reports.delete(key);
  }
}

function inOrder(a: Report, b: Report): number {
  return a.minute - b.minute || order(a.scenario, b.scenario) || order(a.clientId, b.clientId);
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function stored(tables: Tables, { judgedIn, ...row }: Report): StoredReport {
  return { ...row, judgedIn: judgedIn ?? row.minute, text: tables.messages.get(row.messageId)?.text ?? null };
}
