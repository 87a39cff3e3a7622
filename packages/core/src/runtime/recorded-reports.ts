import type { FeedEvent } from '../model/event';
import { UNKNOWN } from '../model/classification';
import type { OutageReport } from '../outage/signals';
import type { EngineContext } from './context';

export interface RecordedParams {
  /** Epoch ms; default the beginning of the feed, which keeps `policy.retention.events`. */
  readonly from?: number;
  /** Epoch ms, exclusive; default the end of the feed. */
  readonly to?: number;
  /** With the texts, which costs a look at each message. Default false. */
  readonly texts?: boolean;
}

const PAGE = 500;

/** Messages as they were decided, in order, to be played to `detectOutages`. */
export async function* recordedReports(
  context: EngineContext,
  { from = 0, to = Infinity, texts = false }: RecordedParams,
): AsyncGenerator<OutageReport, void, void> {
  const { storage, tenant } = context;
  for (let after = 0; ;) {
    const events = await storage.events({ tenant, after, limit: PAGE });
    const decided = events.filter(({ type, at }) => type === 'message.decided' && at >= from && at < to);
    yield* reportsOf(context, decided, texts);
    const last = events.at(-1);
    if (last === undefined || events.length < PAGE || last.at >= to) return;
    after = last.seq;
  }
}

async function* reportsOf(
  { storage, tenant, scenarios }: EngineContext,
  decided: readonly FeedEvent[],
  texts: boolean,
): AsyncGenerator<OutageReport, void, void> {
  const conversationIds = [...new Set(decided.flatMap(({ conversationId }) => conversationId ?? []))];
  if (conversationIds.length === 0) return;
  const states = await storage.states({ tenant, conversationIds });
  const clients = new Map(states.map(({ conversation, client }) => [conversation.id, client]));
  for (const { at, conversationId, data } of decided) {
    const client = clients.get(conversationId ?? '');
    if (client === undefined) continue;
    const { scenario: named, messageId } = data;
    const scenario = typeof named === 'string' ? named : UNKNOWN;
    const stored = texts && typeof messageId === 'string' ? await storage.outcome({ tenant, messageId }) : null;
    yield {
      ...{ at, clientId: client.id, scenario, region: client.region },
      service: scenarios.get(scenario)?.service ?? null,
      text: stored?.message.text ?? null,
    };
  }
}
