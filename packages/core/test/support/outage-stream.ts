import { type OutageDetector, outageDetector, type OutageReport, type OutageSignal } from '../../src/index';

export const MINUTE = 60_000;
export const HOUR = 60;
export const DAY = 1_440;
/** A Monday, midnight UTC; tests count minutes from here. */
export const START = Date.UTC(2026, 0, 5);

/** Id, service, failure, share of the messages. */
const TOPICS = [
  ['no_internet', 'internet', true, 0.05],
  ['slow_internet', 'internet', true, 0.04],
  ['no_television', 'television', true, 0.03],
  ['login_failed', 'app', true, 0.04],
  ['payment_failed', 'billing', true, 0.03],
  ['setup', 'internet', false, 0.06],
  ['invoice', 'billing', false, 0.15],
  ['tariff', 'sales', false, 0.2],
  ['delivery', 'sales', false, 0.15],
  ['other', null, false, 0.25],
] as const;
export const SCENARIOS = TOPICS.map(([id, service, outage]) => ({ id, service, outage }));
const REGIONS = ['north', 'east', 'south', 'west', null] as const;
/** What people say of any failure. */
const TEXTS = [
  'nothing opens at home',
  'it stopped working again',
  'please help me quickly',
  'not working since morning',
];
const CLIENTS = 20_000;

/** Reports besides the usual ones. `minute` counts from {@link START}. */
export type Extra = (minute: number, random: () => number) => readonly OutageReport[];

export interface Span {
  /** Minutes since {@link START}. */
  readonly from: number;
  readonly to: number;
  readonly seed?: number;
  readonly extra?: Extra;
  /** How busy it is against the usual. Default 1. */
  readonly busy?: (topicId: string, minute: number) => number;
}

/** Mulberry32: small, seeded, and the same on every machine. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Usual traffic, 1.2 messages a minute by day and a tenth of it by night, through the detector; returns what it says. */
export function run(detector: OutageDetector, span: Span): OutageSignal[] {
  const signals: OutageSignal[] = [];
  for (let minute = span.from; minute < span.to; minute += 1) {
    for (const report of reportsOf(minute, span)) detector.observe(report);
    signals.push(...detector.advance(START + (minute + 1) * MINUTE));
  }
  return signals;
}

export function reportsOf(minute: number, { seed = 1, extra, busy }: Span): OutageReport[] {
  // Seeded by the minute: an extra does not change what the rest of the world writes.
  const random = seeded(seed * 1_000_003 + minute * 7_919);
  const hour = (minute % DAY) / HOUR;
  const shape = 0.12 + 1.08 * Math.max(0, Math.sin(((hour - 6) / 17) * Math.PI));
  const reports: OutageReport[] = [];
  for (const [id, service, , share] of TOPICS) {
    const count = poisson(1.2 * shape * share * (busy?.(id, minute) ?? 1), random);
    for (let n = 0; n < count; n += 1) {
      const client = Math.floor(random() * CLIENTS);
      const at = START + minute * MINUTE + Math.floor(random() * MINUTE);
      const report = { at, clientId: `c${client}`, scenario: id, service, region: REGIONS[client % 5] ?? null };
      reports.push({ ...report, text: TEXTS[client % 4] });
    }
  }
  reports.push(...(extra?.(minute, random) ?? []));
  return reports.sort((a, b) => a.at - b.at);
}

export interface Failure {
  readonly from: number;
  readonly to: number;
  readonly perMinute: number;
  readonly scenario: string | readonly string[];
  readonly region?: string | null;
  readonly text?: string;
  /** Name of its clients. Default `hit`. */
  readonly who?: string;
}

/** Clients who write once each about the same failure, half of them a second time. */
export function failure({ from, to, perMinute, scenario, region = null, text, who = 'hit' }: Failure): Extra {
  return (minute, random) => {
    if (minute < from || minute >= to) return [];
    const scenarios = typeof scenario === 'string' ? [scenario] : scenario;
    return Array.from({ length: poisson(perMinute, random) }, (_, n) => {
      const at = START + minute * MINUTE + Math.floor(random() * MINUTE);
      const one = scenarios[Math.floor(random() * scenarios.length)] ?? '';
      const where = region ?? REGIONS[Math.floor(random() * 5)] ?? null;
      return { at, clientId: `${who}-${minute}-${n}`, scenario: one, region: where, text };
    }).flatMap((report) => (random() < 0.5 ? [report, { ...report, at: report.at + 1 }] : [report]));
  };
}

/** The same few clients writing all the time. */
export function flood(clients: number, messages: number, from: number, to: number, scenario: string): Extra {
  return (minute) => {
    if (minute < from || minute >= to) return [];
    const perMinute = messages / (to - from);
    const count = Math.floor((minute - from + 1) * perMinute) - Math.floor((minute - from) * perMinute);
    return Array.from({ length: count }, (_, n) => ({
      at: START + minute * MINUTE + n,
      clientId: `flooder-${(minute + n) % clients}`,
      scenario,
      region: 'north',
    }));
  };
}

export function together(...extras: readonly Extra[]): Extra {
  return (minute, random) => extras.flatMap((extra) => extra(minute, random));
}

/** A detector that has seen `days` of usual traffic; learned once per length, and given out as a copy. */
export function trained(days = 9): OutageDetector {
  let snapshot = SNAPSHOTS.get(days);
  if (snapshot === undefined) {
    const detector = outageDetector({ scenarios: SCENARIOS });
    run(detector, { from: 0, to: days * DAY });
    SNAPSHOTS.set(days, (snapshot = JSON.stringify(detector.snapshot())));
  }
  return outageDetector.restore(JSON.parse(snapshot) as ReturnType<OutageDetector['snapshot']>);
}

const SNAPSHOTS = new Map<number, string>();

export function ofType(signals: readonly OutageSignal[], type: OutageSignal['type']): OutageSignal[] {
  return signals.filter((signal) => signal.type === type);
}

function poisson(mean: number, random: () => number): number {
  const limit = Math.exp(-mean);
  let count = -1;
  for (let product = 1; product > limit; product *= random()) count += 1;
  return count;
}
