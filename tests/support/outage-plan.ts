import type { ReceiveInput } from '@firstline/core';
import { seeded } from '../../packages/core/test/support/outage-stream';

export const MINUTE = 60_000;

/** What a client writes, in a minute of its own. */
export interface Saying {
  readonly clientId: string;
  readonly text: string;
  readonly region: string | undefined;
}

/** What a process of its own is told to do. `stall`: to tick, and to stop dead where it has judged and not written it down. */
export type OutageTask =
  | { readonly is: 'tick' | 'stall'; readonly now: number }
  | { readonly is: 'say'; readonly now: number; readonly saying: Saying; readonly id: string };

export interface OutageWorkerStart {
  readonly config: object;
  readonly schema: string;
  readonly startAt: number;
}

export interface OutagePlan {
  /** Epoch ms of the first minute. */
  readonly startAt: number;
  /** By minute. */
  readonly minutes: readonly (readonly Saying[])[];
}

const REGIONS = ['north', 'south', undefined] as const;
const QUESTIONS = ['where is my invoice', 'which tariff is cheaper', 'how do I change the password'];

/**
 * An hour of ordinary traffic, then two waves of one failure with a pause between them, another service failing at about
 * the time of the second, and quiet until everything is over. Who reports may report again, and asks other things too.
 */
export function outagePlan(seed: number): OutagePlan {
  const random = seeded(seed);
  const whole = (from: number, to: number): number => from + Math.floor(random() * (to - from + 1));
  const one = <T>(of: readonly T[]): T => of[whole(0, of.length - 1)] as T;
  const firstAt = whole(60, 70);
  const firstFor = whole(8, 14);
  const secondAt = firstAt + firstFor + whole(30, 45);
  const otherAt = secondAt + whole(-5, 5);
  const waves = [
    { from: firstAt, to: firstAt + firstFor, texts: ['no connection', 'it is slow'], where: one(['north', undefined]) },
    { from: secondAt, to: secondAt + whole(6, 9), texts: ['no connection'], where: undefined },
    { from: otherAt, to: otherAt + whole(6, 9), texts: ['no tv'], where: undefined },
  ];
  const reporters: Saying[] = [];
  let written = 0;
  const newcomer = (text: string, region?: string): Saying => {
    written += 1;
    return { clientId: `c${written}`, text, region: region ?? one(REGIONS) };
  };
  const minutes = Array.from({ length: secondAt + 50 }, (_unused, minute): Saying[] => {
    const said = Array.from({ length: whole(0, 2) }, () => newcomer(one(QUESTIONS)));
    if (random() < 0.02) said.push(newcomer(one(['no connection', 'no tv'])));
    for (const { from, to, texts, where } of waves) {
      if (minute < from || minute >= to) continue;
      const fresh = Array.from({ length: whole(2, 4) }, () => newcomer(one(texts), where));
      said.push(...fresh);
      reporters.push(...fresh);
      const again = one(reporters);
      // One message of a client in a minute, so that nobody's order matters.
      const wrote = said.some(({ clientId }) => clientId === again.clientId);
      if (random() < 0.3 && !wrote) said.push({ ...again, text: one([again.text, one(QUESTIONS)]) });
    }
    return said;
  });
  return { startAt: Date.UTC(2026, 0, 5, 9), minutes };
}

export function messageOf({ clientId, text, region }: Saying, id: string): ReceiveInput {
  return {
    ...{ clientId, text, id, locale: 'en' },
    channel: { transport: 'fake', address: { to: clientId } },
    ...(region === undefined ? {} : { client: { region } }),
  };
}
