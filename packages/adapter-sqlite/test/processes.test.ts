import Sqlite from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sqliteStorage } from '../src/index';
import { Program } from './support/children';
import { accepted, acceptParams, TENANT } from './support/params';
import { temporaryFile } from './support/temporary-file';

describe('several processes on one file', () => {
  let program: Program;
  beforeAll(async () => {
    program = await Program.build(new URL('./support/child.ts', import.meta.url));
  });
  afterAll(() => program.remove());

  it('install the tables once, whoever comes first', async () => {
    const filename = temporaryFile();
    const children = Array.from({ length: 4 }, () => program.start('open', filename));
    await Promise.all(children.map((child) => child.ended()));
    const database = new Sqlite(filename, { readonly: true });
    const applied = database.prepare('select name from firstline_migrations').pluck().all();
    database.close();
    expect(applied).toEqual(['0001_initial', '0002_incidents', '0003_delivery']);
  });

  it('never claim the same work', async () => {
    const filename = temporaryFile();
    const storage = sqliteStorage({ filename });
    await storage.open();
    const ids = Array.from({ length: 200 }, (_, n) => `m${n}`);
    const conversations = await Promise.all(ids.map((id) => accepted(storage, acceptParams(id))));
    await storage.close();

    const children = ['a', 'b', 'c', 'd'].map((name) => program.start('claim', filename, name));
    await Promise.all(children.map((child) => child.ended()));
    const claimed = children.flatMap((child) => child.lines);
    expect(claimed.sort()).toEqual(conversations.map(({ conversation }) => conversation.id).sort());
  });

  it('keep everything that was acknowledged before a kill, and leave it due', async () => {
    const filename = temporaryFile();
    const children = [program.start('accept', filename, 'a'), program.start('accept', filename, 'b')];
    await Promise.all(children.map((child) => child.told(100)));
    await Promise.all(children.map((child) => child.killed()));

    const storage = sqliteStorage({ filename });
    await storage.open();
    const acknowledged = children.flatMap((child) => child.lines);
    for (const messageId of acknowledged) {
      const outcome = await storage.outcome({ tenant: TENANT, messageId });
      expect(outcome?.message.id).toBe(messageId);
    }
    const { messages, work } = await storage.counts({ tenant: TENANT, now: 1_000 });
    await storage.close();
    expect(messages.inbound).toBeGreaterThanOrEqual(acknowledged.length);
    expect(work.process).toBe(messages.inbound);
  });
});
