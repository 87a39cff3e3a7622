import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Channel, Pace } from '../src/index';
import { Pacer } from '../src/runtime/pacer';
import { FakeTransport } from '../src/testing/index';
import { outboxDesk } from './support/outbox-desk';

const BOT: Pace = { key: 'bot', limit: 5, perMs: 1_000 };
const chat = (name: string): Pace => ({ key: `chat ${name}`, limit: 1, perMs: 1_000 });

interface Job {
  readonly id: string;
  readonly chat: string;
  readonly many: boolean;
  readonly at: number;
}

/** Asks for each job when it comes, and again whenever it is told to; every answer is checked. */
function run(jobs: readonly Job[]): readonly (Job & { readonly sentAt: number; readonly asked: number })[] {
  const pacer = new Pacer();
  const open = jobs.map((job) => ({ ...job, next: job.at, asked: 0 }));
  const sent: (Job & { readonly sentAt: number; readonly asked: number })[] = [];
  while (open.length > 0) {
    open.sort((a, b) => a.next - b.next || (a.id < b.id ? -1 : 1));
    const [job] = open;
    if (job === undefined) break;
    const now = job.next;
    job.asked += 1;
    const at = pacer.ask(job.id, [BOT, chat(job.chat)], job.many, now);
    expect(pacer.ask(job.id, [BOT, chat(job.chat)], job.many, now), 'the same question, the same answer').toBe(at);
    if (at > now) job.next = at;
    else {
      expect(at).toBe(now);
      pacer.keep(job.id);
      sent.push({ ...job, sentAt: now });
      open.shift();
    }
  }
  return sent;
}

function mostWithin(times: readonly number[], perMs: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  return Math.max(0, ...sorted.map((from, first) => sorted.slice(first).filter((at) => at < from + perMs).length));
}

describe('a pacer', () => {
  const jobs = fc
    .array(
      fc.record({ chat: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g'), many: fc.boolean(), at: fc.nat(4_000) }),
    )
    .map((list) => list.map((job, index) => ({ ...job, id: `d${index}` })));

  it('lets no more through within any window than its paces allow, and everything in the end', () => {
    const property = fc.property(jobs, (list) => {
      const sent = run(list);
      expect(sent).toHaveLength(list.length);
      expect(
        mostWithin(
          sent.map(({ sentAt }) => sentAt),
          BOT.perMs,
        ),
      ).toBeLessThanOrEqual(BOT.limit);
      for (const name of new Set(list.map((job) => job.chat))) {
        const times = sent.filter((job) => job.chat === name).map(({ sentAt }) => sentAt);
        expect(mostWithin(times, 1_000)).toBeLessThanOrEqual(1);
      }
    });
    fc.assert(property, { numRuns: 500 });
  });

  it('looks at a long queue a few times only, and uses what it may', () => {
    const queue = Array.from({ length: 500 }, (_, n) => ({ id: `d${n}`, chat: `c${n}`, many: true, at: 0 }));
    const sent = run(queue);
    // Of five a second, one is kept for answers.
    expect(Math.max(...sent.map(({ sentAt }) => sentAt))).toBe((500 / 4 - 1) * 1_000);
    expect(Math.max(...sent.map(({ asked }) => asked))).toBe(2);
  });

  it('keeps room for answers while many are told something', () => {
    const many = Array.from({ length: 200 }, (_, n) => ({ id: `m${n}`, chat: `m${n}`, many: true, at: 0 }));
    const answers = Array.from({ length: 30 }, (_, n) => ({
      id: `a${n}`,
      chat: `a${n}`,
      many: false,
      at: 500 + n * 1_000,
    }));
    const sent = run([...many, ...answers]);
    for (const { id, at, sentAt } of sent.filter((job) => !job.many)) expect([id, sentAt]).toEqual([id, at]);
  });

  it('gives a place back that was not used', () => {
    const pacer = new Pacer();
    const one = [{ key: 'one', limit: 1, perMs: 1_000 }];
    expect(pacer.ask('a', one, false, 0)).toBe(0);
    expect(pacer.ask('b', one, false, 0)).toBe(1_000);
    pacer.giveBack('a');
    expect(pacer.ask('c', one, false, 0)).toBe(0);
    pacer.giveBack('nobody');
    pacer.keep('c');
    pacer.giveBack('c');
    expect(pacer.ask('d', one, false, 0)).toBe(2_000);
  });
});

describe('paces of a transport', () => {
  const paces = ({ address }: Channel): readonly Pace[] => [
    { key: 'bot', limit: 10, perMs: 1_000 },
    { key: `chat ${String(address['to'])}`, limit: 1, perMs: 1_000 },
  ];

  it('are kept without an attempt being used up, and messages of a chat stay in order', async () => {
    const transport = new FakeTransport({ paces });
    const one = outboxDesk({ concurrency: 100 }, { transport });
    await one.engine.start();
    for (let n = 0; n < 40; n += 1) {
      await one.say(`c${n}`, `chat ${n}`);
      await one.say(`c${n}`, `chat ${n}`);
    }
    await one.clock.advance('20s');
    expect((await one.deliveries()).map(({ status, attempts }) => [status, attempts])).toEqual(
      Array.from({ length: 80 }, () => ['sent', 1]),
    );
    const times = transport.sent.map(({ context }) => context.now);
    expect(mostWithin(times, 1_000)).toBeLessThanOrEqual(10);
    expect(Math.max(...times) - Math.min(...times)).toBeLessThanOrEqual(8_000);
    for (let n = 0; n < 40; n += 1) {
      const chatted = transport.sent.filter(({ channel }) => channel.address['to'] === `chat ${n}`);
      expect((chatted[1]?.context.now ?? 0) - (chatted[0]?.context.now ?? 0)).toBeGreaterThanOrEqual(1_000);
      expect(chatted.map(({ delivery }) => delivery.seq)).toEqual([2, 4]);
    }
    await one.engine.stop();
  });

  it('that fail keep back nothing, theirs or others', async () => {
    const broken = (): readonly Pace[] => {
      throw new Error('a secret token');
    };
    const logged: unknown[] = [];
    const note = (...entry: readonly unknown[]) => void logged.push(entry);
    const logger = { debug: note, info: note, warn: note, error: note };
    const transport = new FakeTransport({ paces: broken });
    const one = outboxDesk({}, { transport, logger });
    await one.say('c', 'a');
    expect(await one.engine.tick()).toMatchObject({ delivered: 1 });
    expect(logged).toHaveLength(1);
    expect(JSON.stringify(logged)).not.toContain('secret');
  });
});
