import { webhookTransport } from '@firstline/adapter-webhook';
import { pino } from 'pino';
import { readConfig } from '../../src/config';
import { startServer } from '../../src/server';

// The server as it is, but what a killed process held comes free in seconds instead of a minute.
const config = readConfig(process.env);
const webhook = webhookTransport({
  secret: config.webhookSecret ?? '',
  allowPrivateAddresses: config.allowPrivateAddresses,
  timeoutMs: 3_000,
});
const server = await startServer(config, pino({ level: config.logLevel }), {
  transports: { webhook },
  policy: { classification: { timeout: '2s' }, work: { lease: '8500ms' } },
});
console.log(`listening on ${server.url}`);
process.on('SIGTERM', () => void server.stop().then(() => process.exit(0)));
