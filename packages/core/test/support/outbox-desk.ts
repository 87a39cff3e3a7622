import type { Delivery, EngineOptions, Outcome, PolicyOptions } from '../../src/index';
import { FakeTransport } from '../../src/testing/index';
import { type Desk, desk } from './fixture';

export interface OutboxDesk extends Desk {
  /** A client of that name says something, and one reply is due to the place `to`. */
  say(clientId: string, to?: string): Promise<Outcome>;
  /** Every delivery, the oldest first. */
  deliveries(): Promise<readonly Delivery[]>;
  /** Where messages went, each attempt, in order. */
  readonly to: readonly string[];
}

/** A desk where every message has one reply, which is due at once, and time limits and ladders have no jitter. */
export function outboxDesk(
  delivery: NonNullable<PolicyOptions['delivery']> = {},
  options: Partial<EngineOptions> & { readonly transport?: FakeTransport } = {},
): OutboxDesk {
  const { transport = new FakeTransport(), ...others } = options;
  const one = desk({
    transports: { fake: transport },
    policy: {
      receiving: { clientRateLimit: false, duplicateWindow: 0 },
      escalation: { repeats: false, loopGuard: false },
      greeting: false,
      reminders: [],
      delivery: { jitter: 0, ...delivery },
    },
    ...others,
  });
  return {
    ...one,
    say: (clientId, to = 'a') =>
      one.engine.receive({ clientId, text: 'referral', channel: { transport: 'fake', address: { to } } }),
    deliveries: async () => [...(await one.engine.deliveries.list({ limit: 500 })).items].reverse(),
    get to() {
      return transport.sent.map(({ channel }) => String(channel.address['to']));
    },
  };
}
