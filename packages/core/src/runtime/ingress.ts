import type { Ingress } from '../ports/transport';
import type { EngineContext } from './context';

/** What a running transport named `transport` may do with the engine. */
export function ingressFor(context: EngineContext, transport: string, receive: Ingress['receive']): Ingress {
  return {
    receive,
    // Nothing is ever switched off so far: every delivery keeps its own ladder.
    revive: () => Promise.resolve(),
    alert: ({ kind, code }) => {
      context.logger.error({ transport, kind, code }, 'a transport needs attention');
      return Promise.resolve();
    },
  };
}
