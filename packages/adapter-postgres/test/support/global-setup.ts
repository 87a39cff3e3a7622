import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestProject } from 'vitest/node';
import { Server } from './server';

declare module 'vitest' {
  interface ProvidedContext {
    /** Answers with the port of the server that all test files share; the first one who asks has it started. */
    readonly postgresStarter: string;
  }
}

let server: Promise<Server> | undefined;
const starter = createServer((_request, response) => {
  server ??= Server.start();
  server.then(
    ({ port }) => response.end(String(port)),
    (error: unknown) => response.writeHead(500).end(String(error)),
  );
});

/** Most runs have no test of Postgres in them, and are spared a server. */
export async function setup(project: TestProject): Promise<void> {
  await new Promise<void>((resolve) => starter.listen(0, '127.0.0.1', resolve));
  project.provide('postgresStarter', `http://127.0.0.1:${(starter.address() as AddressInfo).port}/`);
}

export async function teardown(): Promise<void> {
  starter.close();
  await (await server?.catch(() => undefined))?.remove();
}
