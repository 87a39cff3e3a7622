// A process that receives messages as fast as it can while it delivers the answers, its own and the others':
// node one-process.mjs <task> <number>
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { postgresStorage } from '@firstline/adapter-postgres';
import { CLIENTS, channelOf, engineOn, TEXT, warmUp } from '../desk.mjs';

const { config, count } = JSON.parse(process.argv[2]);
const name = `p${process.argv[3]}c`;
const engine = engineOn(postgresStorage({ config, max: 10 }));
await engine.start();
await warmUp(engine, name);
await delivered();
process.stdout.write('ready\n');
await once(process.stdin, 'data');
let next = 0;
const sender = async () => {
  while (next < count) {
    const index = next++;
    const clientId = `${name}${index % CLIENTS}`;
    await engine.receive({ clientId, text: TEXT, id: `${name}-${index}`, channel: channelOf(clientId) });
  }
};
await Promise.all(Array.from({ length: 32 }, sender));
await delivered();
process.exit(0);

/** Looked for rarely: each look counts the rows. */
async function delivered() {
  while ((await engine.stats()).deliveries.pending > 0) await pause(50);
}
