import { ManualClock } from '@firstline/core/testing';
import { expect, it } from 'vitest';
import type { ListeningClient } from '../src/listening-client';
import { SignalListener, type SignalListenerOptions } from '../src/signal-listener';
import { Told } from './support/signals';

function listener(client: () => ListeningClient | null, options: Partial<SignalListenerOptions> = {}) {
  const nothing = (): void => undefined;
  return new SignalListener({
    client,
    ...{ channel: 'select', probe: () => Promise.resolve(), isProbe: () => true, heard: nothing, missed: nothing },
    ...{ clock: new ManualClock(), logger: null },
    ...options,
  });
}

it('a client that cannot even be made is tried again after a pause, told once and without what it says', async () => {
  const [clock, logger] = [new ManualClock(), new Told()];
  let made = 0;
  const listening = listener(
    () => {
      made += 1;
      throw new TypeError('Invalid URL: correct-horse');
    },
    { clock, logger },
  );
  await clock.advance('1s');
  expect(made).toBeGreaterThan(2);
  expect(logger.reasons).toEqual(['no connection']);
  await listening.stop();
});

it('a logger that fails ends neither the listening nor its end', async () => {
  const clock = new ManualClock();
  const fails = (): never => {
    throw new Error('the logger is broken');
  };
  let made = 0;
  const refused = (): never => {
    made += 1;
    throw new Error('refused');
  };
  const listening = listener(refused, { clock, logger: { debug: fails, info: fails, warn: fails, error: fails } });
  await clock.advance('1s');
  expect(made).toBeGreaterThan(2);
  await listening.stop();
});
