import type { AnnouncementNews } from './announcement';
import { announcementChanges } from './announcement';
import type { EngineContext } from './context';
import { DueLane } from './due-lane';

/** Works off the `announce` lanes: tells clients what incidents have to say. */
export function announcer(context: EngineContext): DueLane<AnnouncementNews> {
  const { storage, tenant, policy } = context;
  return new DueLane(
    context,
    'announce',
    (lease, state, now, news) => announcementChanges(context, lease, state, news, now),
    async (states, now) => {
      // After a downtime the end is still worth telling as long as any message is.
      const incidents = await storage.liveIncidents({ tenant, resolvedSince: now - policy.delivery.maxAgeMs });
      const clientIds = states.map(({ client }) => client.id);
      const incidentIds = incidents.map(({ id }) => id);
      return { incidents, affected: await storage.affectedBy({ tenant, clientIds, incidentIds }) };
    },
    ({ incidents, affected }, { client }) => ({
      incidents,
      affected: affected.filter(({ clientId }) => clientId === client.id),
    }),
  );
}
