import { existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Bundle, bundle, ServerProcess } from './support/server-process';

let main: Bundle;
let folder: string;
beforeAll(async () => {
  main = await bundle(new URL('../src/main.ts', import.meta.url));
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'firstline-server-')));
});
afterAll(async () => {
  await ServerProcess.endAll();
  main.remove();
  rmSync(folder, { recursive: true });
});

const start = (env: Record<string, string>): ServerProcess =>
  new ServerProcess(main.file, {
    PORT: '0',
    DATABASE_URL: `sqlite:${folder}/a/b/server.db`,
    FIRSTLINE_DEMO: 'off',
    ...env,
  });

it.each(['SIGTERM', 'SIGINT'] as const)(
  'says where it listens and what is not set up, and ends on %s',
  async (signal) => {
    const server = start({ REDIS_URL: 'redis://127.0.0.1' });
    const url = await server.listening();
    expect((await fetch(`${url}/health`)).status).toBe(200);

    expect(await server.end(signal)).toBe(0);
    expect(server.output).toMatch(/WEBHOOK_SECRET/);
    expect(server.output).toMatch(/REDIS_URL: not available in this version/);
    expect(server.output).toMatch(/Stopping …\n$/);
    expect(server.errors).toBe('');
  },
);

it('lists what is wrong with the configuration', async () => {
  const server = start({ PORT: 'x', LOG_LEVEL: 'loud' });
  expect(await server.end()).toBe(1);
  expect(server.errors).toMatch(/^The configuration is faulty:\n {2}- PORT: .+\n {2}- LOG_LEVEL: .+\n$/);
  expect(server.output).toBe('');
});

it('says in one line that the port is taken, before it touches the database', async () => {
  const first = start({});
  const { port } = new URL(await first.listening());
  const second = start({ PORT: port, DATABASE_URL: `sqlite:${folder}/second.db` });

  expect(await second.end()).toBe(1);
  expect(second.errors).toContain(`PORT: ${port} on 127.0.0.1 is in use`);
  expect(second.errors).not.toMatch(/\bat \S+ \(/);
  expect(existsSync(join(folder, 'second.db'))).toBe(false);
  expect(await first.end('SIGTERM')).toBe(0);
});

it('says that the database cannot be opened', async () => {
  const server = start({ DATABASE_URL: `sqlite:${folder}` });
  expect(await server.end()).toBe(1);
  expect(server.errors).toContain('DATABASE_URL: cannot open');
  expect(server.errors).not.toMatch(/\bat \S+ \(/);
});
