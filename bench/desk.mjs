import { createEngine } from '@firstline/core';
import { supportScenarios } from '@firstline/example-scenario-pack';

export const CLIENTS = 500;
export const TEXT = 'How does the referral program work, and what do I get for it?';
export const channelOf = (client) => ({ transport: 'none', address: { to: client } });

export const fixedClassifier = {
  classify: () =>
    Promise.resolve({ scenario: 'REFERRAL', confidence: 0.9, reasoning: 'fixed', source: 'local', alternatives: [] }),
};

/**
 * An engine whose transport takes everything at once and tells so; it delivers only once it is started. `classifier`: `null` is
 * the engine's own.
 */
export function engineOn(storage, sent = () => undefined, { classifier = fixedClassifier, ...options } = {}) {
  return createEngine({
    // What has a delay is not due yet; and a reminder that is replaced is part of an ordinary message.
    scenarios: supportScenarios.map((scenario) => ({ ...scenario, delay: '0s', reminders: true })),
    storage,
    ...(classifier === null ? {} : { classifier }),
    transports: {
      none: {
        timeoutMs: 1_000,
        checkAddress: (address) => address,
        send: () => {
          sent();
          return Promise.resolve({ class: 'ok' });
        },
      },
    },
    // Thousands of equal questions of one client would all be held after the second.
    policy: { receiving: { clientRateLimit: false }, escalation: { repeats: false, loopGuard: false } },
    ...options,
  });
}

/** Every client known, greeted and with a pending reminder: the steady state. */
export async function warmUp(engine, prefix = 'c') {
  const clients = Array.from({ length: CLIENTS }, (_, client) => `${prefix}${client}`);
  await Promise.all(clients.map((clientId) => engine.receive({ clientId, text: TEXT, channel: channelOf(clientId) })));
}

/** A real decision of the usual length, for what is written by hand; the engine is warm. */
export async function sampleRecord(engine) {
  const outcome = await engine.receive({ clientId: 'c0', text: TEXT, channel: channelOf('c0') }, { wait: true });
  const record = JSON.stringify(await engine.explain(outcome.messageId));
  return { text: TEXT, reply: outcome.replies.at(-1).text, record };
}
