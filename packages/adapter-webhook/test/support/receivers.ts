import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { type FaultServer, faultServer, type FaultServerOptions } from '@firstline/adapter-webhook/testing';
import { onTestFinished } from 'vitest';

/** A fault server that ends with its test. */
export async function receiver(options: FaultServerOptions = {}): Promise<FaultServer> {
  const server = await faultServer(options);
  onTestFinished(() => server.close());
  return server;
}

/** A port on loopback where nothing listens. */
export async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
