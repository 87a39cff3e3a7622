import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sqliteStorage } from '@firstline/adapter-sqlite';
import { createEngine, memoryStorage, type Storage } from '@firstline/core';
import { FakeTransport } from '@firstline/core/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SCENARIOS, scriptedClassifier } from '../packages/core/test/support/fixture';

let folder: string;
let files = 0;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'firstline-concurrency-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const file = (): string => join(folder, `${(files += 1)}.db`);
const storages: readonly (readonly [string, () => readonly [Storage, Storage]])[] = [
  ['one engine in memory', () => twice(memoryStorage())],
  ['one engine on SQLite', () => twice(sqliteStorage({ filename: file() }))],
  ['two engines on one SQLite file', () => pair(file())],
];

describe.each(storages)('fifty concurrent first messages of one client, %s', (_, create) => {
  it('make one conversation, one greeting, and fifty decisions in order, with no update lost', async () => {
    const [first, second] = create();
    const transport = new FakeTransport();
    const engines = [...new Set([first, second])].map((storage) =>
      createEngine({
        scenarios: SCENARIOS,
        classifier: scriptedClassifier(),
        storage,
        transports: { fake: transport },
        policy: {
          receiving: { clientRateLimit: false },
          reminders: [],
          escalation: { repeats: false, loopGuard: false },
        },
      }),
    );
    for (const engine of engines) await engine.start();
    const channel = { transport: 'fake', address: { to: 'c' } };
    const outcomes = await Promise.all(
      Array.from({ length: 50 }, async (_unused, index) =>
        engines[index % engines.length]?.receive({
          clientId: 'c',
          text: `referral ${index}`,
          id: `m${index}`,
          channel,
        }),
      ),
    );
    expect(new Set(outcomes.map((outcome) => outcome?.conversationId)).size).toBe(1);
    expect(outcomes.every((outcome) => outcome?.status === 'answered')).toBe(true);
    expect(outcomes.filter((outcome) => outcome?.isFirstMessage)).toHaveLength(1);
    expect(
      outcomes.flatMap((outcome) => outcome?.replies ?? []).filter(({ type }) => type === 'greeting'),
    ).toHaveLength(1);

    const conversationId = outcomes[0]?.conversationId ?? '';
    const engine = engines[0];
    const { items } = (await engine?.conversations.messages(conversationId, { limit: 500 })) ?? { items: [] };
    expect(items.map(({ seq }) => seq)).toEqual(Array.from({ length: 101 }, (_unused, index) => index + 1));
    const inbound = items.filter(({ direction }) => direction === 'inbound').map(({ id }) => id);
    const events = await first.events({ tenant: 'default', after: 0, limit: 500 });
    const decided = events.filter(({ type }) => type === 'message.decided').map(({ data }) => data['messageId']);
    expect(decided).toEqual(inbound);
    expect((await engine?.conversations.get(conversationId))?.version).toBe(51);
    for (const one of engines) await one.stop();
  });
});

function twice(storage: Storage): readonly [Storage, Storage] {
  return [storage, storage];
}

/** As two processes would have it. */
function pair(filename: string): readonly [Storage, Storage] {
  return [sqliteStorage({ filename }), sqliteStorage({ filename })];
}
