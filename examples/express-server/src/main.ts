import { isFirstlineError } from '@firstline/core';
import { pino } from 'pino';
import { type Config, ConfigError, readConfig } from './config';
import { playDemo } from './demo';
import { DemoReceiver } from './demo-receiver';
import { afterPath } from './parse';
import { type RunningServer, startServer } from './server';
import { invitation, welcome } from './welcome';

/** A terminal sends Ctrl+C to npm and to us, and npm passes it on: within this time it is the same one. */
const SAME_SIGNAL_MS = 1_000;

async function main(): Promise<void> {
  const config = readConfig(process.env);
  const logger = pino({ level: config.logLevel });
  const receiver = config.demo ? await DemoReceiver.open() : null;
  const transports = receiver === null ? {} : { demo: receiver.transport };
  const server = await startServer(config, logger, { transports }).catch((error: unknown) => {
    throw explained(error, config);
  });
  stopOnSignal(async () => {
    await server.stop();
    receiver?.close();
  });
  console.log(welcome(server.url, config, server.auth.generatedPassword));
  if (receiver !== null) await demonstrate(server, receiver);
}

/** The demonstration is a courtesy: the server goes on without it. */
async function demonstrate({ url, auth }: RunningServer, receiver: DemoReceiver): Promise<void> {
  const print = (line: string): void => {
    if (!stopping) console.log(line);
  };
  print('\nA conversation, live: posted to this server, answered by signed webhooks.\n');
  try {
    const messageId = await playDemo(url, receiver, print);
    // Whoever reads the output may read what happened, and no more.
    const { accessToken } = await auth.tokens.issue({ id: 'demo', role: 'viewer' });
    print(invitation(url, messageId, accessToken));
  } catch (error) {
    print(`The demonstration failed: ${messageOf(error)}`);
  }
}

let stopping = false;

function stopOnSignal(stop: () => Promise<void>): void {
  let since = 0;
  const onSignal = (): void => {
    if (stopping) {
      if (performance.now() - since > SAME_SIGNAL_MS) process.exit(130);
      return;
    }
    stopping = true;
    since = performance.now();
    console.log('\nStopping …');
    stop().then(
      () => process.exit(0),
      (error: unknown) => fail(error),
    );
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
}

/** What went wrong at start, in words for whoever started the server. */
function explained(error: unknown, { host, port, databaseFile }: Config): unknown {
  const code = (error as { readonly code?: unknown }).code;
  if (code === 'EADDRINUSE') {
    return new ConfigError([`PORT: ${port} on ${host} is in use; choose another one, for example PORT=${port + 1}`]);
  }
  if (code === 'EACCES' || code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return new ConfigError([`HOST, PORT: cannot listen on ${host}, port ${port} (${code})`]);
  }
  if (isFirstlineError(error) && (code === 'storage_unavailable' || error.path === 'filename')) {
    return new ConfigError([`DATABASE_URL: cannot open ${databaseFile}: ${afterPath(error)}`]);
  }
  return error;
}

function fail(error: unknown): never {
  console.error(messageOf(error));
  // A stack helps with a fault of ours, and nobody else.
  if (!(error instanceof ConfigError) && !isFirstlineError(error)) console.error(error);
  process.exit(1);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

await main().catch(fail);
