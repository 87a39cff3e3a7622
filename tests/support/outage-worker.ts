// One of the processes of incidents-killed.test.ts: it does what it is told over its channel, at the time it is told.
import { postgresStorage } from '@firstline/adapter-postgres';
import type { Storage } from '@firstline/core';
import { FakeTransport, ManualClock } from '@firstline/core/testing';
import { outageEngine } from './outage-engine';
import { messageOf, type OutageTask, type OutageWorkerStart } from './outage-plan';

const { config, schema, startAt } = JSON.parse(process.argv[2] ?? '{}') as OutageWorkerStart;
const clock = new ManualClock(startAt);
const opened = postgresStorage({ config, max: 2 }, { schema });
/** Judging ends in the middle, until somebody kills the process. */
let stalls = false;

const storage: Storage = new Proxy(opened, {
  get(target, name) {
    const member: unknown = Reflect.get(target, name, target);
    if (typeof member !== 'function') return member;
    return (...given: unknown[]) => {
      if (name !== 'finishDetection' || !stalls) return Reflect.apply(member, target, given) as Promise<unknown>;
      process.send?.({ is: 'stalled' });
      return new Promise<never>(() => undefined);
    };
  },
});
const engine = outageEngine({ storage, clock, transports: { fake: new FakeTransport() } });

process.on('message', (task: OutageTask) => {
  if (task.now > clock.now()) clock.set(task.now);
  stalls = task.is === 'stall';
  void work(task).then(
    () => process.send?.({ is: 'done' }),
    (error: unknown) => process.send?.({ is: 'failed', error: String(error) }),
  );
});
process.send?.({ is: 'done' });

async function work(task: OutageTask): Promise<void> {
  if (task.is !== 'say') {
    await engine.tick();
    return;
  }
  const { decision } = await engine.receive(messageOf(task.saying, task.id));
  if (decision === null) throw new Error(`message ${task.id} was not decided`);
}
