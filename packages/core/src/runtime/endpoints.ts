import { FirstlineError } from '../errors';
import type { DeliveryStatus } from '../model/delivery';
import type { Endpoint, EndpointStatus } from '../model/endpoint';
import { disabled, enabled } from '../policies/endpoint';
import { endpointEvents } from '../policies/endpoint-events';
import type { Page } from '../ports/storage-reads';
import type { EngineContext } from './context';
import type { EndpointHealth } from './endpoint-health';
import { type ListParams, pageSize } from './reads';

/** The reason of an endpoint that a person has disabled. */
export const BY_OPERATOR = 'by_operator';
/** Endpoints in trouble that a status shows, of those that wait and of those that are disabled. */
const SHOWN = 100;

/** Places that messages are sent to, those that are or were in trouble. Their keys are made from the channels' addresses. */
export interface Endpoints {
  /** Newest first. */
  list(params?: ListParams & { readonly status?: EndpointStatus }): Promise<Page<Endpoint>>;
  /** `null`: nothing was ever wrong with it, or there is no such endpoint. */
  get(key: string): Promise<Endpoint | null>;
  /**
   * Sends to it again, whatever was wrong; what was kept for it is due now. `operatorId` says who wants it, for the feed;
   * default `'operator'`.
   *
   * @throws FirstlineError `not_found`
   */
  enable(key: string, params?: { readonly operatorId?: string }): Promise<Endpoint>;
  /**
   * Sends nothing more to it until somebody enables it; what is due is kept, until its expiry. The key of an endpoint that
   * was never in trouble is the `channelKey` of its channel; a transport's name stops all of it.
   *
   * @throws FirstlineError `invalid_input` where the key belongs to none of the engine's transports
   */
  disable(key: string, params?: { readonly operatorId?: string }): Promise<Endpoint>;
}

/** How the outbox is doing. */
export interface OutboxStatus {
  readonly deliveries: Readonly<Record<DeliveryStatus, number>>;
  /** Since when the oldest due delivery waits for somebody to send it; `null`: none does. What is kept is not due. */
  readonly oldestDueAt: number | null;
  /** How long that is, in milliseconds. */
  readonly lateMs: number;
  /** Those that have to wait now, by the end of it, then the disabled ones; at most 100 of each. */
  readonly troubled: readonly Endpoint[];
}

export function endpoints(context: EngineContext, health: EndpointHealth): Endpoints {
  const { storage, tenant } = context;
  const get = async (key: string): Promise<Endpoint | null> => {
    return (await storage.endpoints({ tenant, keys: [key] }))[0] ?? null;
  };
  const must = async (key: string): Promise<Endpoint> => {
    const found = await get(key);
    if (found !== null) return found;
    throw new FirstlineError('not_found', `there is no endpoint ${key} that is or was in trouble`, { path: 'key' });
  };
  return {
    get,
    list: (params = {}) => storage.endpointPage({ ...params, tenant, limit: pageSize(params) }),
    enable: async (key, { operatorId = 'operator' } = {}) => {
      const { transport } = await must(key);
      await health.change({ key, transport }, (endpoint, now) => {
        const after = enabled(endpoint, now);
        const events = endpointEvents(after, 'enabled', now, operatorId);
        return { endpoint: after, causes: [], events, wakes: true, result: undefined };
      });
      return must(key);
    },
    disable: async (key, { operatorId = 'operator' } = {}) => {
      const transport = [...context.transports.keys()].find((name) => key === name || key.startsWith(`${name}:`));
      if (transport === undefined) {
        throw new FirstlineError('invalid_input', 'key: belongs to none of the transports', { path: 'key' });
      }
      await health.change({ key, transport }, (before, now) => {
        const { endpoint, became } = disabled(before, BY_OPERATOR, now);
        const events = endpointEvents(endpoint, became, now, operatorId);
        return { endpoint, causes: [], events, wakes: false, result: undefined };
      });
      return must(key);
    },
  };
}

export async function outboxStatus({ storage, tenant, clock }: EngineContext): Promise<OutboxStatus> {
  const now = clock.now();
  const { deliveries } = await storage.counts({ tenant, now });
  const due = await storage.nextDueAt({ tenant, kinds: ['deliver'] });
  const troubled = await storage.endpointsInTrouble({ tenant, now, limit: SHOWN });
  const oldestDueAt = due !== null && due <= now ? due : null;
  return { deliveries, oldestDueAt, lateMs: oldestDueAt === null ? 0 : now - oldestDueAt, troubled };
}
