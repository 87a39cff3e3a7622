import type { Client } from '@firstline/core';
import type { ClientRow } from '../tables';

export function clientOf(row: ClientRow): Client {
  return {
    tenant: row.tenant,
    id: row.id,
    name: row.name,
    locale: row.locale,
    greetedAt: row.greeted_at,
    createdAt: row.created_at,
    version: row.version,
  };
}
