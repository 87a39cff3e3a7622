import { saysItIsOver } from '../policies/wording/thanks';
import { MinuteFold } from './minute-fold';
import { MinuteIntake } from './minute-tally';
import { checkedSnapshot, type OutageSnapshot, SNAPSHOT_VERSION } from './snapshot';
import { type OutageDetectorOptions, type OutageSettings, outageSettings } from './settings';
import type { OutageReport, OutageSignal } from './signals';
import { symptomsOf } from './text-clusters';

/**
 * Notices that many clients report the same failure. Pure: no clock, no storage, no randomness; the same reports and the
 * same times give the same signals, also after `restore(snapshot())`.
 */
export interface OutageDetector {
  /** Takes a message in. Reports that make no sense are ignored. */
  observe(report: OutageReport): void;
  /** Judges all minutes that are over at `now` (epoch ms). To be called at least once a minute. */
  advance(now: number): OutageSignal[];
  /** All that is known, JSON-safe and bounded; see {@link outageDetector}. */
  snapshot(): OutageSnapshot;
}

const MINUTE = 60_000;
/** After a longer gap nobody knows what happened in between: silence is not learned from. */
const LONGEST_GAP = 1_440;
/** What a Date can hold; beyond it minutes cannot be counted. */
const LATEST_TIME = 8.64e15;
const LONGEST_ID = 512;
const LONGEST_REGION = 200;
/** Who says that it works again says little else. */
const LONGEST_OVER = 80;

/** @throws FirstlineError `invalid_options`; its message and `issues` list every fault. */
export function outageDetector(options: OutageDetectorOptions): OutageDetector {
  return build(outageSettings(options), null);
}

/**
 * Goes on from a snapshot, with its settings or with others; what is not known to them is dropped.
 *
 * @throws FirstlineError `invalid_input` when it is no snapshot of a detector.
 */
outageDetector.restore = (snapshot: OutageSnapshot, options?: OutageDetectorOptions): OutageDetector => {
  const checked = checkedSnapshot(snapshot);
  return build(options === undefined ? checked.settings : outageSettings(options), checked);
};

function build(settings: OutageSettings, from: OutageSnapshot | null): OutageDetector {
  const intake = new MinuteIntake();
  const fold = new MinuteFold(settings);
  if (from !== null) {
    intake.restore(from.intake);
    fold.restore(from.fold);
  }

  return {
    observe({ at, clientId, scenario, service, region, text }) {
      if (!isTime(at) || typeof clientId !== 'string' || typeof scenario !== 'string') return;
      if (clientId === '' || clientId.length > LONGEST_ID) return;
      const topic = fold.topicOf(scenario, typeof service === 'string' ? service : null);
      intake.add(Math.floor(at / MINUTE), topic.id, clientId, {
        region: typeof region === 'string' && region !== '' && region.length <= LONGEST_REGION ? region : null,
        words: topic.outage && typeof text === 'string' ? symptomsOf(text) : [],
        over: typeof text === 'string' && text.length <= LONGEST_OVER && saysItIsOver(text),
      });
    },

    advance(now) {
      if (!isTime(now)) return [];
      const signals: OutageSignal[] = [];
      for (const tally of intake.close(Math.floor(now / MINUTE), LONGEST_GAP)) {
        // A loop, since most minutes say nothing.
        for (const signal of fold.step(tally)) signals.push(signal);
      }
      return signals;
    },

    snapshot: () => ({ version: SNAPSHOT_VERSION, settings, intake: intake.snapshot(), fold: fold.snapshot() }),
  };
}

function isTime(value: number): boolean {
  return Number.isFinite(value) && Math.abs(value) <= LATEST_TIME;
}
