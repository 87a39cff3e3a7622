import { channelKey } from '../model/channel';
import { enabled } from '../policies/endpoint';
import { endpointEvents } from '../policies/endpoint-events';
import type { Ingress } from '../ports/transport';
import type { EngineContext } from './context';
import type { EndpointHealth } from './endpoint-health';
import { BY_OPERATOR } from './endpoints';

/** What a running transport named `transport` may do with the engine. */
export function ingressFor(
  context: EngineContext,
  health: EndpointHealth,
  transport: string,
  receive: Ingress['receive'],
): Ingress {
  return {
    receive,
    revive: async (given) => {
      const address = context.transports.get(transport)?.checkAddress(given) ?? given;
      const key = channelKey({ transport, address });
      const [known] = await context.storage.endpoints({ tenant: context.tenant, keys: [key] });
      if (known === undefined) return;
      await health.change({ key, transport }, (endpoint, now) => {
        // Whoever disabled it on purpose is asked, not the client.
        const stays = endpoint.status === 'active' || endpoint.reason === BY_OPERATOR;
        if (stays) return { endpoint, causes: [], events: [], wakes: false, result: undefined };
        const after = { ...enabled(endpoint, now), lastSuccessAt: now };
        const events = endpointEvents(after, 'recovered', now);
        return { endpoint: after, causes: [{ kind: 'recovered' }], events, wakes: true, result: undefined };
      });
    },
    alert: ({ kind, code, detail = null }) => health.raise({ key: transport, transport }, { kind, code, detail }),
  };
}
