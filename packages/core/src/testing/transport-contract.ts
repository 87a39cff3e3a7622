import { FirstlineError } from '../errors';
import type { OutboundDelivery, SendOutcome } from '../model/delivery';
import { canonicalJson, type JsonObject } from '../model/json';
import type { Ingress, Transport } from '../ports/transport';
import { equal, given, isTrue } from './contract/assert';
import type { ContractTestApi } from './contract/cases';
import { T0 } from './contract/values';

/** What a receiver got, each time it did. */
export interface ReceivedSend {
  /** The idempotency key that came with it; `null` where the protocol has none, which only a `forgetful` transport may say. */
  readonly id: string | null;
  readonly text: string;
}

/** One transport for one case, with somebody at the other end. */
export interface TransportUnderTest {
  /** Not started yet. */
  readonly transport: Transport;
  /** The other end; all of these are fine, and lead to it. */
  readonly addresses: readonly [JsonObject, ...JsonObject[]];
  /** Addresses that are none: malformed, forbidden, of another kind. */
  readonly badAddresses: readonly [JsonObject, ...JsonObject[]];
  /** What no outcome may show, besides the message's text: tokens, signing secrets. Default none. */
  readonly secrets?: readonly string[];
  /** How the other end answers from now on. `hang`: it takes the message, and says nothing. */
  readonly answer: (how: 'accept' | 'fail' | 'refuse' | 'hang') => void | Promise<void>;
  /** In the order it came. */
  readonly received: () => readonly ReceivedSend[];
  /** Resolves when so many have come. */
  readonly reached: (count: number) => Promise<void>;
  /** The transport ends a send by itself after `timeoutMs`, without being told. Default true. */
  readonly keepsTime?: boolean;
  /** Called at the end of each case, after the transport was stopped. */
  readonly dispose: () => Promise<void>;
}

export interface TransportContractOptions {
  /** Give the transport this time limit, in milliseconds, where it takes one. */
  readonly timeoutMs: number;
}

export type CreateTransport = (options: TransportContractOptions) => Promise<TransportUnderTest>;

const TEXT = 'The text of message 7319, which nobody but its receiver may see';
/** Long enough for a receiver on the same machine, short enough to be waited for once. */
const SHORT_MS = 400;
const LONG_MS = 10_000;
const AT_ONCE = 50;
let messages = 0;

/**
 * Holds a transport to the promises of the `Transport` port. Give it your test runner's functions, and a receiver on
 * this machine:
 *
 * ```ts
 * import { describe, it } from 'vitest';
 * transportContract({ describe, it }, async ({ timeoutMs }) => myTransportWithItsReceiver(timeoutMs));
 * ```
 *
 * One case waits for the transport's own time limit, for less than a second.
 */
export function transportContract(test: ContractTestApi, create: CreateTransport): void {
  const it = (name: string, body: (subject: TransportUnderTest) => Promise<void>, timeoutMs = LONG_MS): void =>
    test.it(name, async () => {
      const subject = await create({ timeoutMs });
      try {
        await body(subject);
      } finally {
        await subject.transport.stop?.();
        await subject.dispose();
      }
    });
  const started = (name: string, body: (subject: TransportUnderTest) => Promise<void>, timeoutMs = LONG_MS): void =>
    it(
      name,
      async (subject) => {
        await subject.transport.start?.(NO_INGRESS, 'transport');
        await subject.answer('accept');
        await body(subject);
      },
      timeoutMs,
    );

  test.describe('addresses', () => {
    it('have a normal form, which is its own normal form', async ({ transport, addresses }) => {
      for (const address of addresses) {
        const normal = transport.checkAddress(address);
        isTrue(typeof normal === 'object' && !(normal instanceof Promise), 'an address at once');
        equal(canonicalJson(normal), canonicalJson(JSON.parse(JSON.stringify(normal)) as JsonObject), 'JSON only');
        equal(
          canonicalJson(transport.checkAddress(normal)),
          canonicalJson(normal),
          'the normal form of the normal form',
        );
      }
    });

    it('that are none are refused, with the member at fault', async ({ transport, badAddresses, received }) => {
      for (const address of badAddresses) {
        const error = thrownBy(() => transport.checkAddress(address));
        isTrue(error instanceof FirstlineError && error.code === 'invalid_channel', 'a FirstlineError invalid_channel');
        isTrue((error as FirstlineError).path !== undefined, 'a path');
      }
      equal(received(), [], 'nobody is asked');
    });
  });

  test.describe('sending', () => {
    started('hands the message over, and says so', async ({ transport, addresses, received }) => {
      const outbound = outboundTo(transport, addresses[0]);
      equal((await send(transport, outbound)).class, 'ok');
      equal(received().length, 1, 'messages received');
      checkReceived(transport, outbound, received()[0]);
    });

    started('hands over the same id at every attempt', async ({ transport, addresses, answer, received }) => {
      const outbound = outboundTo(transport, addresses[0]);
      await answer('fail');
      const failed = await send(transport, outbound, 1);
      isTrue(failed.class !== 'ok' && failed.class !== 'park', `a failure that may pass, not ${failed.class}`);
      await answer('accept');
      equal((await send(transport, outbound, 2)).class, 'ok');
      for (const one of received()) checkReceived(transport, outbound, one);
      equal(received().length, 2, 'one message each attempt');
    });

    started('reports failures with a code, and shows nobody what was in them', async (subject) => {
      const { transport, addresses, answer, secrets = [] } = subject;
      for (const how of ['fail', 'refuse'] as const) {
        await answer(how);
        const outcome = await send(transport, outboundTo(transport, addresses[0]));
        isTrue(outcome.class !== 'ok', `${how}: a failure`);
        isTrue((outcome.code ?? '') !== '', `${how}: a code`);
        const told = JSON.stringify(outcome);
        for (const secret of [TEXT, ...secrets])
          isTrue(!told.includes(secret), `${how}: nothing secret in the outcome`);
      }
    });

    started('ends when it is told to', async ({ transport, addresses, answer, reached }) => {
      await answer('hang');
      const stop = new AbortController();
      const sending = send(transport, outboundTo(transport, addresses[0]), 1, stop.signal);
      await reached(1);
      stop.abort('no more time');
      isTrue((await sending).class !== 'ok', 'a failure');
      const before = await send(transport, outboundTo(transport, addresses[0]), 1, stop.signal);
      isTrue(before.class !== 'ok', 'a failure where the time is up already');
    });

    started(
      'ends by itself after its time limit',
      async ({ transport, addresses, answer, keepsTime = true }) => {
        isTrue(transport.timeoutMs > 0, 'a time limit');
        if (!keepsTime) return;
        await answer('hang');
        const outcome = await send(transport, outboundTo(transport, addresses[0]));
        const ended = transport.forgetful === true ? ['unknown', 'retry'] : ['retry'];
        isTrue(ended.includes(outcome.class), `one of ${ended.join(', ')}, not ${outcome.class}`);
        isTrue((outcome.code ?? '') !== '', 'a code');
      },
      SHORT_MS,
    );

    started('does many at once', async ({ transport, addresses, received }) => {
      const all = Array.from({ length: AT_ONCE }, () => outboundTo(transport, addresses[0]));
      const outcomes = await Promise.all(all.map((outbound) => send(transport, outbound)));
      equal(
        outcomes.map((outcome) => outcome.class),
        outcomes.map(() => 'ok'),
      );
      equal(received().length, AT_ONCE, 'messages received');
      if (transport.forgetful === true) return;
      equal(
        received()
          .map(({ id }) => id)
          .sort(),
        all.map(({ delivery }) => delivery.id).sort(),
        'ids received',
      );
    });
  });

  test.describe('start and stop', () => {
    it('may be called again, and one after the other', async ({ transport, addresses, answer, received }) => {
      await answer('accept');
      for (let round = 0; round < 2; round += 1) {
        await transport.start?.(NO_INGRESS, 'transport');
        equal((await send(transport, outboundTo(transport, addresses[0]))).class, 'ok', 'after a start');
        await transport.stopReceiving?.();
        equal((await send(transport, outboundTo(transport, addresses[0]))).class, 'ok', 'while nothing is received');
        await transport.stop?.();
        await transport.stop?.();
        const outcome = await send(transport, outboundTo(transport, addresses[0]));
        equal([outcome.class, outcome.code], ['retry', 'stopped'], 'after a stop');
      }
      equal(received().length, 4, 'nothing is sent after a stop');
    });
  });
}

/** Nothing is ever received in these cases. */
const NO_INGRESS: Ingress = {
  receive: () => Promise.reject(new FirstlineError('stopped', 'nothing is received here')),
  revive: () => Promise.resolve(),
  alert: () => Promise.resolve(),
};

function outboundTo(transport: Transport, given: JsonObject): OutboundDelivery {
  const number = (messages += 1);
  const of = {
    tenant: 'default',
    conversationId: `conversation-${number}`,
    clientId: 'client',
    type: 'bot_auto',
    seq: 2,
  } as const;
  const id = `delivery-${number}`;
  const messageId = `message-${number}`;
  return {
    channel: { transport: 'transport', address: transport.checkAddress(given) },
    message: {
      ...{ ...of, id: messageId, direction: 'outbound', text: TEXT, locale: 'en', attachments: [], quickReplies: [] },
      ...{ createdAt: T0, sendAt: T0, decisionId: null, operatorId: null },
    } as const,
    delivery: {
      ...{
        ...of,
        id,
        messageId,
        transport: 'transport',
        status: 'pending',
        reason: null,
        attempts: 1,
        attemptsThisRun: 0,
      },
      ...{ nextAttemptAt: T0, expiresAt: null, possibleDuplicate: false, createdAt: T0, settledAt: null },
    } as const,
  };
}

async function send(
  transport: Transport,
  outbound: OutboundDelivery,
  attempt = 1,
  signal = new AbortController().signal,
): Promise<SendOutcome> {
  try {
    return await transport.send(outbound, { attempt, now: T0, signal });
  } catch (cause) {
    throw new Error('send: a failed send is reported and not thrown', { cause });
  }
}

function checkReceived(transport: Transport, { delivery }: OutboundDelivery, got: ReceivedSend | undefined): void {
  const { id, text } = given(got, 'a message');
  isTrue(text.includes(TEXT), 'the text arrives as it is');
  if (id !== null || transport.forgetful !== true) equal(id, delivery.id, 'the idempotency key');
}

function thrownBy(body: () => unknown): unknown {
  try {
    body();
  } catch (error) {
    return error;
  }
  return undefined;
}
