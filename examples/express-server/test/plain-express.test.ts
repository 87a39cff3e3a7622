import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createEngine } from '@firstline/core';
import express from 'express';
import { expect, it, onTestFinished } from 'vitest';

/** A host that leaves errors to Express, as most first attempts do. */
async function plainServer(): Promise<(path: string, body?: object) => Promise<Response>> {
  const scenarios = [{ id: 'HELP', description: 'Needs help', examples: ['help me'], reply: { en: 'On it.' } }];
  const engine = createEngine({ scenarios });
  onTestFinished(() => engine.stop());
  const app = express().use(express.json());
  app.post('/messages', async (req, res) => {
    res.json(await engine.receive(req.body as never));
  });
  app.post('/claims', async (req, res) => {
    res.json(await engine.tickets.claimNext(req.body as never));
  });
  app.post('/tickets/:id', async (req, res) => {
    res.json(await engine.tickets.update(req.params.id, req.body as never));
  });
  const server = app.listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return (path, body) =>
    fetch(`http://127.0.0.1:${port}${path}`, {
      method: 'POST',
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
}

it('faults of the request are not faults of the server, without an error handler either', async () => {
  const post = await plainServer();
  const statuses = [
    await post('/messages', { clientId: 'c', text: '' }),
    await post('/messages', { clientId: 'c', text: 'hi', channel: { transport: 'none', address: {} } }),
    await post('/messages'),
    await post('/claims'),
    await post('/claims', {}),
    await post('/tickets/none', { status: 'resolved' }),
    await post('/messages', { clientId: 'c', text: 'help me' }),
  ].map(({ status }) => status);
  expect(statuses).toEqual([400, 422, 400, 400, 400, 404, 200]);
});
