import { existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Bundle, bundle, ServerProcess } from './support/server-process';
import { PASSWORD, signIn } from './support/sign-in';

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
    const server = start({ TELEGRAM_MODE: 'polling' });
    const url = await server.listening();
    expect((await fetch(`${url}/health`)).status).toBe(200);

    expect(await server.end(signal)).toBe(0);
    expect(server.output).toMatch(/WEBHOOK_SECRET/);
    expect(server.output).toMatch(/neither OPENAI_API_KEY nor OPENAI_BASE_URL is set/);
    expect(server.output).toMatch(/no bot: TELEGRAM_BOT_TOKEN is not set/);
    expect(server.output).toMatch(/Stopping …\n$/);
    expect(server.errors).toBe('');
  },
);

it('makes a password where none is given, and says it once; a given one it keeps to itself', async () => {
  const generated = start({ LOG_LEVEL: 'trace' });
  const url = await generated.listening();
  await expect.poll(() => generated.output).toMatch(/with the password \S{20}\n/);
  const password = /with the password (\S+)/.exec(generated.output)?.[1] ?? '';
  await signIn(url, password);
  await expect(signIn(url, 'another password')).rejects.toThrow('401');
  expect(await generated.end('SIGTERM')).toBe(0);
  expect(generated.output.split(password)).toHaveLength(2);

  const given = start({ LOG_LEVEL: 'trace', OPERATOR_PASSWORD: PASSWORD });
  await signIn(await given.listening());
  expect(await given.end('SIGTERM')).toBe(0);
  expect(given.output).toContain('OPERATOR_PASSWORD');
  expect(given.output).toContain('JWT_SECRET');
  expect(given.output + given.errors).not.toContain(PASSWORD);
});

it('prints a line after the demonstration that explains the last answer, and a token that only reads', async () => {
  const server = start({ FIRSTLINE_DEMO: 'on' });
  const url = await server.listening();
  await expect.poll(() => server.output, { timeout: 25_000 }).toContain('Ctrl+C stops the server');
  const [, path = '', token = ''] =
    /curl -s \S+(\/api\/messages\S+) \\\n +-H "Authorization: Bearer (\S+)"/.exec(server.output) ?? [];
  const headers = { Authorization: `Bearer ${token}` };
  const explained = await fetch(`${url}${path}`, { headers });
  expect([explained.status, await explained.json()]).toMatchObject([200, { outcome: 'answered' }]);
  expect((await fetch(`${url}/api/deliveries/x/replay`, { method: 'POST', headers })).status).toBe(403);
  expect(await server.end('SIGTERM')).toBe(0);
});

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
  expect(server.errors).toContain(`DATABASE_URL: cannot open ${folder}: "${folder}" is a folder`);
  expect(server.errors).not.toMatch(/\bat \S+ \(/);
});
