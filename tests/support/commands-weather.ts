import fc from 'fast-check';
import { compare, compareAfterTick } from './agreement';
import { at, type DeskCommand } from './commands-clients';
import type { Fate } from './faults';
import type { DeskModel } from './model';
import type { World } from './world';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
/** A quiet window, steps of the ladders, the silence limit, a night, a weekend. */
const SPANS = [
  3 * SECOND,
  MINUTE,
  6 * MINUTE,
  16 * MINUTE,
  31 * MINUTE,
  90 * MINUTE,
  25 * 60 * MINUTE,
  72 * 60 * MINUTE,
];

/** Nobody does anything for a while. */
function pass(ms: number): DeskCommand {
  return {
    check: () => true,
    run: async (_model: DeskModel, world: World) => world.clock.advance(ms),
    toString: () => `pass(${ms / MINUTE} min)`,
  };
}

function tick(at: 0 | 1): DeskCommand {
  return {
    check: () => true,
    run: async (model: DeskModel, world: World) => {
      await world.ask(at, (engine) => engine.tick());
      await compareAfterTick(model, world);
    },
    toString: () => `tick(${at})`,
  };
}

function failSends(times: number): DeskCommand {
  return {
    check: () => true,
    run: async (_model: DeskModel, world: World) => world.failSends(times),
    toString: () => `failSends(${times})`,
  };
}

/** The client is silent, and the receiver away, when a reminder is due: it is on its way while the next things happen. */
function remindInVain(at: 0 | 1): DeskCommand {
  return {
    check: () => true,
    run: async (model: DeskModel, world: World) => {
      await world.clock.advance(16 * MINUTE);
      world.failSends(3);
      await world.ask(at, (engine) => engine.tick());
      await compareAfterTick(model, world);
      world.failSends(0);
    },
    toString: () => `remindInVain(${at})`,
  };
}

/** The host's classifier breaks down, or works again. */
function provider(down: boolean): DeskCommand {
  return {
    check: (model: Readonly<DeskModel>) => model.down !== down,
    run: async (model: DeskModel, world: World) => {
      model.down = down;
      world.classifier.failAll(down ? new Error('the provider is down') : null);
    },
    toString: () => `provider(${down ? 'down' : 'up'})`,
  };
}

/** A process is gone between two commands. */
function kill(at: 0 | 1): DeskCommand {
  return {
    check: () => true,
    run: async (model: DeskModel, world: World) => {
      world.kill(at);
      await compare(model, world);
    },
    toString: () => `kill(${at})`,
  };
}

/** The next storage calls fail, or kill the process that makes them, before or after they take effect. */
function trouble(fates: Fate[]): DeskCommand {
  return {
    check: () => true,
    run: async (_model: DeskModel, world: World) => world.plan(fates),
    toString: () => `trouble(${fates.join(', ')})`,
  };
}

const calls = fc.array(fc.constant<Fate>('ok'), { maxLength: 8 });
const crash = fc
  .tuple(calls, fc.constantFrom<Fate>('dies-before', 'dies-after'))
  .map(([before, fate]) => trouble([...before, fate]));
const flakyLine = fc
  .array(fc.constantFrom<Fate>('ok', 'ok', 'ok', 'before', 'after'), { minLength: 1, maxLength: 12 })
  .map((fates) => trouble(fates));
const passes = fc.constantFrom(...SPANS).map((ms) => pass(ms));
const ticks = at.map((process) => tick(process));

/** Time, receivers and providers, without which no day goes by. */
export const calmWeather: readonly fc.Arbitrary<DeskCommand>[] = [
  ...[passes, passes, passes, ticks, ticks, ticks],
  at.map((process) => remindInVain(process)),
  fc.integer({ min: 1, max: 4 }).map((times) => failSends(times)),
  fc.boolean().map((down) => provider(down)),
  at.map((process) => kill(process)),
];

/** After these nobody can know what was done, and the model has to learn. */
export const storms: readonly fc.Arbitrary<DeskCommand>[] = [crash, flakyLine];
