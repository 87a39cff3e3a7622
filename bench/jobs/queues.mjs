// graphile-worker and pg-boss with the settings of their documentation: a message's row and a job in one transaction, and
// workers that do nothing but complete jobs.
import { createRequire } from 'node:module';
import pg from 'pg';
import { peersFolder } from '../install-peers.mjs';

export const QUEUES = { 'graphile-worker': '0.16.6', 'pg-boss': '10.4.2' };
const fromPeers = createRequire(`${peersFolder('queues')}package.json`);
const CONCURRENCY = 32;

async function messagesTable(pool) {
  await pool.query('create table inbox (id bigserial primary key, client text not null, body text not null)');
}

/** Within one transaction: the message's row, then what `enqueue` does with it. */
async function inTransaction(pool, text, enqueue) {
  const client = await pool.connect();
  try {
    await client.query('begin');
    const { rows } = await client.query({
      name: 'inbox',
      text: 'insert into inbox (client, body) values ($1, $2) returning id',
      values: ['c1', text],
    });
    await enqueue(client, rows[0].id);
    await client.query('commit');
  } finally {
    client.release();
  }
}

/** Each: `write(text)`, `work(count, started)` until so many jobs are done, telling each one's id, and `end()`. */
export const queues = {
  async 'graphile-worker'(config, size) {
    const { run, runMigrations } = fromPeers('graphile-worker');
    const connectionString = `postgres://${config.user}:${config.password}@${config.host}:${config.port}/${config.database}`;
    await runMigrations({ connectionString });
    const pool = new pg.Pool({ ...config, max: size });
    await messagesTable(pool);
    return {
      write: (text) =>
        inTransaction(pool, text, (client, id) =>
          client.query({
            name: 'add',
            text: "select graphile_worker.add_job('deliver', json_build_object('id', $1::text))",
            values: [id],
          }),
        ),
      work: (started) => {
        const { Logger } = fromPeers('graphile-worker');
        return run({
          connectionString,
          concurrency: CONCURRENCY,
          maxPoolSize: 10,
          noHandleSignals: true,
          logger: new Logger(() => () => undefined),
          taskList: { deliver: async ({ id }) => started(id) },
        });
      },
      end: () => pool.end(),
    };
  },

  async 'pg-boss'(config, size) {
    const Boss = fromPeers('pg-boss');
    const boss = new Boss({ ...config, max: 10 });
    boss.on('error', () => undefined);
    await boss.start();
    await boss.createQueue('deliver');
    const pool = new pg.Pool({ ...config, max: size });
    await messagesTable(pool);
    return {
      write: (text) =>
        inTransaction(pool, text, (client, id) => {
          const db = { executeSql: (sql, values) => client.query(sql, values) };
          return boss.send('deliver', { id }, { db });
        }),
      work: async (started) => {
        const worker = async (jobs) => {
          for (const { data } of jobs) started(data.id);
        };
        // Each worker sleeps half a second when it has looked, so more of them, and larger batches, are what makes it fast.
        const options = { batchSize: 100, pollingIntervalSeconds: 0.5 };
        for (let n = 0; n < CONCURRENCY / 8; n += 1) await boss.work('deliver', options, worker);
        return { stop: () => undefined };
      },
      end: async () => {
        await boss.stop({ graceful: false, wait: true });
        await pool.end();
      },
    };
  },
};
