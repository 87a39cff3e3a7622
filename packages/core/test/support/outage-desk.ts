import {
  createEngine,
  type Engine,
  type EngineOptions,
  memoryStorage,
  type Outcome,
  type Storage,
} from '../../src/index';
import { FakeTransport, ManualClock, ScriptedClassifier } from '../../src/testing/index';

export const OUTAGE_SCENARIOS: EngineOptions['scenarios'] = [
  {
    id: 'NO_INTERNET',
    description: 'The connection does not work',
    examples: ['no connection'],
    reply: { en: 'Please restart the router.', ru: 'Перезагрузите роутер.' },
    service: 'internet',
    outage: true,
  },
  {
    id: 'SLOW',
    description: 'The connection is slow',
    examples: ['slow'],
    reply: { en: 'Please measure the speed.', ru: 'Измерьте скорость.' },
    service: 'internet',
    outage: true,
  },
  {
    id: 'NO_TV',
    description: 'Television does not work',
    examples: ['no tv'],
    reply: { en: 'Please restart the box.', ru: 'Перезагрузите приставку.' },
    service: 'tv',
    outage: true,
  },
  {
    id: 'BILLING',
    description: 'An invoice',
    examples: ['invoice'],
    reply: { en: 'It is in the app.', ru: 'Он в приложении.' },
  },
];

const MINUTE = 60_000;
export const BROKEN = 'no connection at all';

export function outageClassifier(): ScriptedClassifier {
  return new ScriptedClassifier([
    [/connection|не работает/i, 'NO_INTERNET'],
    [/slow/i, 'SLOW'],
    [/tv/i, 'NO_TV'],
    [/invoice/i, 'BILLING'],
  ]);
}

export interface OutageDesk {
  readonly engine: Engine;
  readonly clock: ManualClock;
  readonly transport: FakeTransport;
  readonly storage: Storage;
  /** A client's message, decided at once. */
  say(clientId: string, text?: string, region?: string): Promise<Outcome>;
  /** Lets minutes pass, with ordinary questions in each, and everything due done. */
  pass(minutes: number): Promise<void>;
  /** So many clients report a failure, within two minutes. */
  breakFor(clients: number, text?: string, region?: string): Promise<readonly string[]>;
  /** Texts of one type that a client was sent, in order. */
  sent(type: string, clientId?: string): readonly string[];
}

export function outageDesk(options: Partial<EngineOptions> & { readonly clock?: ManualClock } = {}): OutageDesk {
  const clock = options.clock ?? new ManualClock();
  const transport = (options.transports?.['fake'] as FakeTransport | undefined) ?? new FakeTransport();
  const storage = options.storage ?? memoryStorage();
  const engine = createEngine({
    scenarios: OUTAGE_SCENARIOS,
    classifier: outageClassifier(),
    transports: { fake: transport },
    ...options,
    policy: { receiving: { clientRateLimit: false, duplicateWindow: 0 }, ...options.policy },
    storage,
    clock,
  });
  let asked = 0;
  const say: OutageDesk['say'] = (clientId, text = BROKEN, region) =>
    engine.receive({
      clientId,
      text,
      locale: 'en',
      channel: { transport: 'fake', address: { to: clientId } },
      ...(region === undefined ? {} : { client: { region } }),
    });
  return {
    ...{ engine, clock, transport, storage, say },
    pass: async (minutes) => {
      for (let minute = 0; minute < minutes; minute += 1) {
        asked += 1;
        await say(`asker-${asked}`, 'where is my invoice');
        await clock.advance(MINUTE);
        await engine.tick();
      }
    },
    breakFor: async (clients, text, region) => {
      const ids = Array.from({ length: clients }, (_, index) => `broken-${clock.now()}-${index}`);
      for (const [index, id] of ids.entries()) {
        await say(id, text, region);
        if (index === Math.floor(clients / 2)) await clock.advance(MINUTE);
      }
      return ids;
    },
    sent: (type, clientId) =>
      transport.sent
        .filter(({ message }) => message.type === type && (clientId === undefined || message.clientId === clientId))
        .map(({ message }) => message.text),
  };
}
