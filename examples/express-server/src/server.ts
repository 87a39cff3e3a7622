import { createServer, type Server } from 'node:http';
import { type AddressInfo, isIPv6 } from 'node:net';
import type { Engine, EngineOptions } from '@firstline/core';
import type { Logger } from 'pino';
import { createApp } from './app';
import { buildEngine } from './build-engine';
import type { Config } from './config';

/** How long requests under way at a shutdown may take. */
const DRAIN_MS = 10_000;

export interface RunningServer {
  /** Where it can be reached from this machine. */
  readonly url: string;
  readonly engine: Engine;
  /** Takes no more requests, ends the event streams, lets requests and deliveries under way come to their end. */
  stop(): Promise<void>;
}

/** Starts engine and server. The port comes first, so that a second instance fails before it touches the database. */
export async function startServer(
  config: Config,
  logger: Logger,
  overrides: Partial<EngineOptions> = {},
): Promise<RunningServer> {
  const engine = buildEngine(config, logger, overrides);
  const closing = new AbortController();
  const server = createServer(createApp({ engine, config, logger, closing: closing.signal }));
  await listen(server, config);
  const stop = async (): Promise<void> => {
    closing.abort();
    await drain(server);
    await engine.stop();
  };
  try {
    await engine.start();
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: urlOf(server, config.host), engine, stop };
}

function listen(server: Server, { host, port }: Config): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** Connections that are kept alive do not end by themselves; each is closed as soon as its request is answered. */
function drain(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const force = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
    const sweep = setInterval(() => server.closeIdleConnections(), 50);
    server.close(() => {
      clearTimeout(force);
      clearInterval(sweep);
      resolve();
    });
  });
}

function urlOf(server: Server, host: string): string {
  const { port } = server.address() as AddressInfo;
  const everywhere = host === '0.0.0.0' || host === '::';
  const name = everywhere ? '127.0.0.1' : isIPv6(host) ? `[${host}]` : host;
  return `http://${name}:${port}`;
}
