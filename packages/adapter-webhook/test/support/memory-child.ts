import { webhookTransport } from '@firstline/adapter-webhook';
import { request } from 'undici';
import { context, outbound, SECRET } from './outbound';

// Prints by how many bytes the memory of a process rises while it sends to a receiver whose answer is huge.
const [, , url = '', how = 'transport'] = process.argv;
const transport = webhookTransport({ secret: SECRET, allowPrivateAddresses: true });

async function send(path: string): Promise<unknown> {
  if (how === 'transport') return transport.send(outbound({ url: `${url}?${path}` }), context());
  // What the transport must not do, so that the test knows that it measures something.
  const response = await request(`${url}?${path}`, { method: 'POST', body: '{}' });
  return (await response.body.arrayBuffer()).byteLength;
}

// What is loaded and compiled with the first sends is not what is measured.
for (let sent = 0; sent < 20; sent += 1) await send('small');
globalThis.gc?.();
const before = process.memoryUsage.rss();
let peak = before;
const sample = (): void => void (peak = Math.max(peak, process.memoryUsage.rss()));
const sampling = setInterval(sample, 1);
const result = await send('huge');
sample();
clearInterval(sampling);
console.log(JSON.stringify({ result, risen: peak - before }));
process.exit();
