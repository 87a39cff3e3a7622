import type { Incident } from '../model/incident';
import type { Ticket } from '../model/ticket';
import type { EngineContext } from './context';
import { newTicket } from './new-ticket';

/** The one ticket of an incident, for those who mend it: its clients wait on the incident, and need none of their own. */
export function incidentTicket(context: EngineContext, incident: Incident, now: number): Ticket {
  const { id: incidentId, scenarios, region, evidence } = incident;
  const where = region === null ? '' : ` in ${region}`;
  const figures = evidence === null ? '' : `: ${evidence.clients} clients within ${evidence.windowMinutes} minutes`;
  const reason = `mass outage of ${scenarios.join(', ')}${where}${figures}`;
  const about = { conversationId: null, clientId: null, messageId: null, attachments: [], incidentId } as const;
  return newTicket(context, { ...about, rule: 'incident', reason, priority: 'urgent' }, now);
}
