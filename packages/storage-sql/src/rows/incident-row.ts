import type { AffectedClient, Incident, IncidentEvidence, StoredReport } from '@firstline/core';
import type { IncidentClientRow, IncidentRow, OutageReportRow } from '../tables';

/** Numbers come as text from databases whose counts are wider than ours. */
export type CountedIncidentRow = IncidentRow & {
  readonly affected: number | string | null;
  readonly told: number | string | null;
};

export function incidentOf(row: CountedIncidentRow): Incident {
  return {
    tenant: row.tenant,
    id: row.id,
    status: row.status,
    round: row.round,
    source: row.source,
    level: row.level,
    scenarios: JSON.parse(row.scenarios) as string[],
    region: row.region,
    title: row.title,
    expectedAt: row.expected_at,
    evidence: row.evidence === null ? null : (JSON.parse(row.evidence) as IncidentEvidence),
    confirmedBy: row.confirmed_by,
    heldAt: row.held_at,
    mutedBy: row.muted_by,
    mergedInto: row.merged_into,
    ticketId: row.ticket_id,
    affected: Number(row.affected),
    told: Number(row.told),
    openedAt: row.opened_at,
    resolvedAt: row.resolved_at,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    version: row.version,
  };
}

export function affectedOf(row: IncidentClientRow): AffectedClient {
  return {
    incidentId: row.incident_id,
    clientId: row.client_id,
    conversationId: row.conversation_id,
    joinedAt: row.joined_at,
    toldAt: row.told_at,
    toldRound: row.told_round,
    resolvedRound: row.resolved_round,
  };
}

export function reportOf(row: OutageReportRow & { readonly text: string | null }): StoredReport {
  return {
    minute: row.minute,
    scenario: row.scenario,
    clientId: row.client_id,
    region: row.region,
    messages: row.messages,
    messageId: row.message_id,
    text: row.text,
    judgedIn: row.judged_in ?? row.minute,
  };
}
