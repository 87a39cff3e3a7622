import type { Endpoint } from '../model/endpoint';
import type { NewEvent } from '../model/event';

/** What the feed is told when an endpoint's status changes. */
export function endpointEvents(
  { key, transport, reason }: Endpoint,
  became: 'paused' | 'disabled' | 'recovered' | 'enabled' | null,
  at: number,
  operatorId: string | null = null,
): readonly NewEvent[] {
  if (became === null) return [];
  const data = { endpoint: key, transport, reason, operatorId };
  return [{ type: `endpoint.${became}`, at, conversationId: null, data }];
}
