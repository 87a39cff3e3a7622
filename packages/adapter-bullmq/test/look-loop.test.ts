import { describe, expect, it } from 'vitest';
import { LookLoop } from '../src/look-loop';
import { HOUR, Looks } from './support/looks';
import { Told } from './support/told';

/** Each look lasts for 10 ms, and the next one is an hour later where nobody tells of anything. */
function running() {
  const looks = new Looks();
  const { clock } = looks;
  const work = looks.work(new Told());
  looks.answer = () => clock.sleep(10).then(() => null);
  return { clock, looks, loop: new LookLoop(work, () => work.look('process').then(() => clock.now() + HOUR)) };
}

describe('the looks of one kind', () => {
  it('are one at a time, and one more for all that came during one', async () => {
    const { clock, looks, loop } = running();
    const ended: string[] = [];
    for (const name of ['first', 'second', 'third']) void loop.look().then(() => ended.push(name));
    loop.notify(clock.now());
    await clock.advance(9);
    expect(looks.times('process')).toBe(1);
    // The first waits for the look that is to come, and the others need not.
    expect(ended).toEqual(['second', 'third']);
    await clock.advance(10);
    expect(looks.times('process')).toBe(2);
    expect(ended).not.toContain('first');
    await clock.advance('1m');
    expect(looks.times('process')).toBe(2);
    expect(ended).toContain('first');
    await loop.stop();
  });

  it('begin at once where it sleeps, and the next sweep is as long after them', async () => {
    const { clock, looks, loop } = running();
    await clock.advance('30m');
    const look = loop.look();
    await clock.advance(10);
    expect(await look).toBe(true);
    await clock.advance('59m');
    expect(looks.times('process')).toBe(2);
    await clock.advance('1m');
    expect(looks.times('process')).toBe(3);
    const stopping = loop.stop();
    await clock.advance(10);
    await stopping;
  });

  it('that do not begin any more are told of', async () => {
    const { clock, looks, loop } = running();
    const next = loop.look();
    const stopping = loop.stop();
    const late = loop.look();
    await clock.advance(10);
    await stopping;
    expect([await next, await late]).toEqual([false, false]);
    expect(looks.times('process')).toBe(1);
  });
});
