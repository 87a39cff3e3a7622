// The other process of processes.test.ts. Writes one line per thing done, synchronously, so that nothing it tells is lost
// when it is killed.
import { writeSync } from 'node:fs';
import { sqliteStorage } from '../../src/index';
import { acceptParams, TENANT } from './params';

const [task, filename = '', name = ''] = process.argv.slice(2);
const storage = sqliteStorage({ filename });

const tasks: Readonly<Record<string, () => Promise<void>>> = {
  async open() {
    await storage.open();
    await storage.close();
    tell('opened');
  },

  /** Accepts messages until killed, and tells the id of each once that is acknowledged. */
  async accept() {
    await storage.open();
    let count = 0;
    const caller = async (): Promise<void> => {
      for (;;) {
        const id = `${name}-${count++}`;
        await storage.accept(acceptParams(id));
        tell(id);
      }
    };
    await Promise.all(Array.from({ length: 16 }, caller));
  },

  /** Claims conversations until none is left, and tells which. */
  async claim() {
    await storage.open();
    for (let round = 0; ; round += 1) {
      const token = `${name}-${round}`;
      const claim = { tenant: TENANT, kind: 'process', now: 5_000, token, until: 65_000, limit: 3 } as const;
      const leases = await storage.claim(claim);
      if (leases.length === 0) break;
      for (const lease of leases) tell(lease.conversationId);
    }
    await storage.close();
  },
};

function tell(line: string): void {
  writeSync(1, `${line}\n`);
}

const run = tasks[task ?? ''];
if (run === undefined) throw new Error(`unknown task ${task}`);
await run();
