import { describe, it } from 'vitest';
import { FirstlineError, type SendOutcome } from '../src/index';
import { FakeTransport, transportContract } from '../src/testing/index';

const ANSWERS = {
  accept: { class: 'ok' },
  fail: { class: 'retry', code: 'http_503' },
  refuse: { class: 'park', code: 'http_400' },
} as const;

describe('FakeTransport', () => {
  transportContract({ describe, it }, async ({ timeoutMs }) => {
    let reached = (): void => undefined;
    const transport = new FakeTransport({
      timeoutMs,
      checkAddress: ({ to }) => {
        if (typeof to === 'string') return { to };
        throw new FirstlineError('invalid_channel', 'to: expected a name', { path: 'channel.address.to' });
      },
    });
    return {
      transport,
      addresses: [{ to: 'a' }, { to: 'a', extra: true }],
      badAddresses: [{}, { to: 7 }],
      keepsTime: false,
      answer: (how) =>
        void transport.respondWith(() => {
          reached();
          return how === 'hang' ? new Promise<SendOutcome>(() => undefined) : ANSWERS[how];
        }),
      received: () => transport.sent.map(({ delivery, message }) => ({ id: delivery.id, text: message.text })),
      reached: () => new Promise((resolve) => (transport.sent.length > 0 ? resolve() : (reached = resolve))),
      dispose: async () => undefined,
    };
  });
});
