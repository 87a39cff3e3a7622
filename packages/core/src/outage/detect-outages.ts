import { outageDetector } from './outage-detector';
import type { OutageDetectorOptions } from './settings';
import type { OutageEvidence, OutageReport, OutageSignal } from './signals';

/** An outage that the detector would have noticed. */
export interface DetectedOutage {
  readonly id: string;
  /** Epoch ms: when people would have seen it first; `null`: it was sure before it was suspected. */
  readonly suspectedAt: number | null;
  /** When clients would have been told; `null`: it never got beyond a suspicion. */
  readonly openedAt: number | null;
  /** When it would have been closed; `null`: it was still open at the end. */
  readonly resolvedAt: number | null;
  /** How often it came back after it was closed. */
  readonly reopened: number;
  readonly scenarios: readonly string[];
  readonly region: string | null;
  /** Who would have been told, in the order they joined. */
  readonly clientIds: readonly string[];
  readonly evidence: OutageEvidence | null;
}

const MINUTE = 60_000;

/**
 * Plays recorded messages to a detector and says what it would have made of them, to tune its settings on one's own past.
 * `history` is in the order of time; it may be as long as it likes, since one message is looked at at a time. Without
 * `until` (epoch ms) it ends a minute after the last message.
 *
 * ```ts
 * const outages = await detectOutages(engine.incidents.recorded(), { scenarios, falseAlarmsPerWeek: 1 });
 * ```
 *
 * @throws FirstlineError `invalid_options`
 */
export async function detectOutages(
  history: Iterable<OutageReport> | AsyncIterable<OutageReport>,
  options: OutageDetectorOptions & { readonly until?: number },
): Promise<readonly DetectedOutage[]> {
  const { until, ...settings } = options;
  const detector = outageDetector(settings);
  const outages = new Map<string, DetectedOutage>();
  let minute = -Infinity;
  let last = -Infinity;
  for await (const report of history) {
    const now = Math.floor(report.at / MINUTE);
    if (now > minute) {
      if (minute > -Infinity) for (const signal of detector.advance(now * MINUTE)) note(outages, signal);
      minute = now;
    }
    last = Math.max(last, report.at);
    detector.observe(report);
  }
  const end = until ?? last + MINUTE;
  if (Number.isFinite(end)) for (const signal of detector.advance(end)) note(outages, signal);
  return [...outages.values()];
}

function note(outages: Map<string, DetectedOutage>, signal: OutageSignal): void {
  const { type, incidentId: id, at, scenarios, region, clientIds, evidence } = signal;
  const known = outages.get(id) ?? {
    ...{ id, suspectedAt: null, openedAt: null, resolvedAt: null, reopened: 0 },
    ...{ scenarios, region, clientIds: [], evidence },
  };
  outages.set(id, {
    ...known,
    ...(type === 'suspected' ? { suspectedAt: at } : {}),
    ...(type === 'opened' ? { openedAt: at, evidence } : {}),
    ...(type === 'reopened' ? { reopened: known.reopened + 1, resolvedAt: null } : {}),
    ...(type === 'resolved' ? { resolvedAt: at } : {}),
    scenarios: [...new Set([...known.scenarios, ...scenarios])],
    clientIds: type === 'suspected' ? known.clientIds : [...new Set([...known.clientIds, ...clientIds])],
  });
}
