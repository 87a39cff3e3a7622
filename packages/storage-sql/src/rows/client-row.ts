import type { Client, RecentRequest } from '@firstline/core';
import type { ClientRow } from '../tables';

/** What most clients have; spares them the parser. */
const NOTHING = '[]';

export function clientOf(row: ClientRow): Client {
  return {
    tenant: row.tenant,
    id: row.id,
    name: row.name,
    locale: row.locale,
    region: row.region,
    greetedAt: row.greeted_at,
    recent: row.recent === NOTHING ? [] : (JSON.parse(row.recent) as RecentRequest[]),
    createdAt: row.created_at,
    version: row.version,
  };
}
