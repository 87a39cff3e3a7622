import type { LookupFunction } from 'node:net';
import { type Clock, isFirstlineError, type JsonObject, type SendOutcome, systemClock } from '@firstline/core';
import { webhookTransport, type WebhookTransportOptions } from '@firstline/adapter-webhook';
import type { FaultServer } from '@firstline/adapter-webhook/testing';
import { expect } from 'vitest';
import { context, outbound, PUBLIC_KEY, SECRET, SECRET_KEY } from '../support/outbound';
import { receiver } from '../support/receivers';
import { verified, verifiedV1a } from '../support/verified';
import { WatchedClock } from '../support/watched-clock';

/** A whole second, as in headers; the real one, since the verifying library asks the real clock. */
export const NOW = Math.floor(Date.now() / 1_000) * 1_000;
/** What every URL of the laboratory carries; no outcome may. */
export const TOKEN = 't0ken';

/** Stands still when it is asked for the time, and lets real time pass for those who sleep. */
const serverClock: Clock = { now: () => NOW, sleep: systemClock().sleep };

/** One experiment: a sender whose clock only the test moves, and the receivers it sends to. */
export class Lab {
  /** The sender's. Real time means nothing to it, but undici and the kernel keep their own. */
  readonly clock = new WatchedClock(NOW);
  readonly #servers: FaultServer[] = [];

  /** A receiver that verifies; `https` where it is told a name for its certificate. */
  async server(tls?: string, now = NOW): Promise<FaultServer> {
    const server = await receiver({
      secret: SECRET,
      publicKey: PUBLIC_KEY,
      clock: { ...serverClock, now: () => now },
      ...(tls === undefined ? {} : { tls }),
    });
    this.#servers.push(server);
    return server;
  }

  transport(options: Partial<WebhookTransportOptions> = {}) {
    const keys = { secret: [SECRET, SECRET_KEY] };
    return webhookTransport({ ...keys, allowPrivateAddresses: true, clock: this.clock, ...options });
  }

  send(url: string, options: Partial<WebhookTransportOptions> = {}, signal?: AbortSignal): Promise<SendOutcome> {
    const timing = { now: this.clock.now(), ...(signal === undefined ? {} : { signal }) };
    return this.transport(options).send(outbound({ url: `${url}?${TOKEN}` }), context(timing));
  }

  /** Where nothing is allowed beyond the defaults: what becomes of the address at save, at the check and at a send. */
  async refused(address: JsonObject, lookup?: LookupFunction): Promise<SendOutcome[]> {
    const strict = this.transport({ allowPrivateAddresses: false, ...(lookup === undefined ? {} : { lookup }) });
    if (lookup === undefined) {
      expect(() => strict.checkAddress(address)).toThrow(
        expect.toSatisfy((error: unknown) => isFirstlineError(error) && error.code === 'invalid_channel'),
      );
    }
    const sent = await strict.send(outbound({ address }), context({ now: NOW }));
    return [sent, await strict.checkReachable(address)];
  }

  /** Every request that any receiver got is one that independent receivers take. */
  verifyAll(): number {
    const requests = this.#servers.flatMap((server) => server.requests);
    for (const request of requests) {
      expect(verified(request)).toMatchObject({ type: 'message.created', data: { message_id: 'msg-1' } });
      expect(verifiedV1a(request)).toBe(true);
    }
    return requests.length;
  }
}
