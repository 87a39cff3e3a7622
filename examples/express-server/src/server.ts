import { createServer, type Server } from 'node:http';
import { type AddressInfo, isIPv6, type Socket } from 'node:net';
import { type Engine, type EngineOptions, systemClock } from '@firstline/core';
import type { Logger } from 'pino';
import { createApp } from './app';
import { type Auth, createAuth } from './auth/create-auth';
import { buildEngine } from './build-engine';
import type { Config } from './config';

/** How long requests under way at a shutdown may take. */
const DRAIN_MS = 10_000;

export interface RunningServer {
  /** Where it can be reached from this machine. */
  readonly url: string;
  readonly engine: Engine;
  readonly auth: Auth;
  /** Takes no more requests, ends the event streams, lets requests and deliveries under way come to their end. */
  stop(): Promise<void>;
}

/** Starts engine and server. The port comes first, so that a second instance fails before it touches the database. */
export async function startServer(
  config: Config,
  logger: Logger,
  overrides: Partial<EngineOptions> = {},
): Promise<RunningServer> {
  const { engine, templates, cascade, redis, telegram } = buildEngine(config, logger, overrides);
  const auth = createAuth(config, overrides.clock ?? systemClock());
  const closing = new AbortController();
  const context = { engine, templates, cascade, redis, telegram, config, auth, logger, closing: closing.signal };
  const server = createServer(createApp(context));
  const connections = connectionsOf(server);
  await listen(server, config);
  const stop = async (): Promise<void> => {
    closing.abort();
    await drain(server, connections);
    await engine.stop();
    await Promise.all([redis?.cache.close(), redis?.rateLimiter.close()]);
  };
  try {
    await Promise.all([engine.start(), redis?.cache.ready(), redis?.rateLimiter.ready()]);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: urlOf(server, config.host), engine, auth, stop };
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

function connectionsOf(server: Server): ReadonlySet<Socket> {
  const connections = new Set<Socket>();
  server.on('connection', (socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
  });
  return connections;
}

/** Connections that are kept alive do not end by themselves; each is closed as soon as its request is answered. */
function drain(server: Server, connections: ReadonlySet<Socket>): Promise<void> {
  return new Promise((resolve) => {
    const force = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
    const sweep = setInterval(() => {
      server.closeIdleConnections();
      // Browsers connect in advance, and Node does not count as idle what has never sent anything.
      for (const socket of connections) if (socket.bytesRead === 0) socket.destroy();
    }, 50);
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
