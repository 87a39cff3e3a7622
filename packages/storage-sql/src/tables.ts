import type {
  ConversationStatus,
  DecisionOutcome,
  DecisionRecord,
  DeliveryStatus,
  EndpointStatus,
  EventType,
  Incident,
  IncidentStatus,
  OutboundType,
  OutcomeClass,
  Owner,
  Priority,
  ReminderStatus,
  TicketStatus,
  WorkKind,
} from '@firstline/core';

/**
 * The tables as Kysely sees them. Times are epoch milliseconds, JSON is text, and `tenant` leads every key, so that no
 * query can reach another tenant's rows by leaving a condition out.
 */
export interface Database {
  readonly clients: ClientRow;
  readonly conversations: ConversationRow;
  readonly messages: MessageRow;
  readonly idempotency_keys: IdempotencyKeyRow;
  readonly due_work: DueWorkRow;
  readonly decisions: DecisionRow;
  readonly deliveries: DeliveryRow;
  readonly delivery_attempts: DeliveryAttemptRow;
  readonly reminders: ReminderRow;
  readonly tickets: TicketRow;
  readonly notes: NoteRow;
  readonly templates: TemplateRow;
  readonly outage_reports: OutageReportRow;
  readonly outage_state: OutageStateRow;
  readonly incidents: IncidentRow;
  readonly incident_clients: IncidentClientRow;
  readonly endpoints: EndpointRow;
  readonly events: EventRow;
  readonly firstline_migrations: MigrationRow;
}

export interface ClientRow {
  tenant: string;
  id: string;
  name: string | null;
  locale: string | null;
  region: string | null;
  greeted_at: number | null;
  /** JSON list of `RecentRequest`. */
  recent: string;
  created_at: number;
  version: number;
}

export interface ConversationRow {
  tenant: string;
  id: string;
  client_id: string;
  /** JSON of `Channel`. */
  channel: string | null;
  channel_key: string | null;
  locale: string | null;
  owner: Owner;
  status: ConversationStatus;
  operator_id: string | null;
  ticket_id: string | null;
  awaiting: string | null;
  attend_by: number | null;
  last_seq: number;
  /** How many of the `last_seq` messages are inbound; lets `counts` stay away from the messages. */
  inbound_count: number;
  created_at: number;
  last_inbound_at: number;
  last_outbound_at: number | null;
  /**
   * Day of the last message, counted from 1970. In an index, so that what is old is found; a day and no time, so that
   * the index is written once a day and not with every message.
   */
  active_on: number;
  closed_at: number | null;
  version: number;
}

export interface MessageRow {
  tenant: string;
  id: string;
  conversation_id: string;
  client_id: string;
  seq: number;
  direction: 'inbound' | 'outbound';
  text: string;
  /** JSON string literal: a plain text column would lose NUL characters and lone surrogates. */
  original_text: string | null;
  locale: string | null;
  /** JSON list. */
  attachments: string | null;
  /** 1: sent by a machine; inbound only. */
  automated: number | null;
  created_at: number;
  /** 1: may be decided together with those behind it; inbound only. */
  in_turn: number | null;
  /** The scenario a person said it is about. */
  corrected_to: string | null;
  /** Inbound only. */
  decided_at: number | null;
  /** Inbound only: the key it claimed, to be found from here when it goes. An index the other way costs every message. */
  idempotency_key: string | null;
  decision_id: string | null;
  /** The rest is outbound only. */
  type: OutboundType | null;
  operator_id: string | null;
  send_at: number | null;
  /** JSON list. */
  quick_replies: string | null;
}

export interface IdempotencyKeyRow {
  tenant: string;
  key: string;
  fingerprint: string;
  message_id: string;
  expires_at: number | null;
}

export interface DueWorkRow {
  tenant: string;
  kind: WorkKind;
  conversation_id: string;
  /** When it is due, or, while `token` is set, when the lease ends: either way the time from which it can be claimed. */
  ready_at: number;
  token: string | null;
  claims: number;
  /** May be woken before its time by this name; `null`: only its time counts. */
  waits_for: string | null;
}

export interface DecisionRow {
  tenant: string;
  id: string;
  message_id: string;
  trigger: DecisionRecord['trigger'];
  outcome: DecisionOutcome;
  /** JSON of the whole `DecisionRecord`; the other columns are only for finding and counting it. */
  record: string;
}

export interface DeliveryRow {
  tenant: string;
  id: string;
  message_id: string;
  conversation_id: string;
  client_id: string;
  transport: string;
  type: OutboundType;
  seq: number;
  status: DeliveryStatus;
  reason: string | null;
  attempts: number;
  attempts_this_run: number;
  next_attempt_at: number;
  expires_at: number | null;
  created_at: number;
  settled_at: number | null;
  /** Attempts in a row whose end is not written down. */
  open_attempts: number;
  /** 1: an earlier attempt may have arrived. */
  possible_duplicate: number;
}

export interface DeliveryAttemptRow {
  tenant: string;
  delivery_id: string;
  number: number;
  started_at: number;
  finished_at: number | null;
  outcome: OutcomeClass | null;
  code: string | null;
  status: number | null;
  detail: string | null;
}

export interface ReminderRow {
  tenant: string;
  id: string;
  conversation_id: string;
  episode: string;
  episode_at: number;
  step: number;
  scenario: string;
  due_at: number;
  status: ReminderStatus;
  reason: string | null;
  message_id: string | null;
  created_at: number;
  settled_at: number | null;
}

export interface TicketRow {
  tenant: string;
  id: string;
  conversation_id: string;
  /** '' for the ticket of an incident, as is `client_id`. */
  client_id: string;
  incident_id: string | null;
  message_id: string | null;
  /** JSON list. */
  attachments: string;
  rule: string;
  reason: string;
  priority: Priority;
  status: TicketStatus;
  assignee: string | null;
  repeats: number;
  responded_at: number | null;
  resolved_at: number | null;
  /** JSON list. */
  pauses: string;
  /** JSON list. */
  breaches: string;
  created_at: number;
  updated_at: number;
}

export interface NoteRow {
  tenant: string;
  id: string;
  conversation_id: string;
  ticket_id: string | null;
  operator_id: string;
  text: string;
  created_at: number;
}

export interface TemplateRow {
  tenant: string;
  key: string;
  locale: string;
  text: string;
  updated_at: number;
}

export interface EndpointRow {
  tenant: string;
  /** The endpoint's key. */
  id: string;
  status: EndpointStatus;
  wait_until: number | null;
  /** JSON of the whole `Endpoint`; the other columns are only for finding it. */
  record: string;
  created_at: number;
  version: number;
}

export interface EventRow {
  tenant: string;
  seq: number;
  type: EventType;
  at: number;
  conversation_id: string | null;
  /** JSON. */
  data: string;
}

/** What a client reports in a minute; removed when it is judged and a snapshot remembers it. */
export interface OutageReportRow {
  tenant: string;
  /** Counted from 1970. */
  minute: number;
  scenario: string;
  client_id: string;
  region: string | null;
  messages: number;
  /** The first of them. */
  message_id: string;
  /** Up to which minute was judged when it was taken; `null`: it was not. */
  judged_in: number | null;
}

/** One row a tenant. */
export interface OutageStateRow {
  tenant: string;
  version: number;
  judged: number | null;
  /** JSON of the detector's memory. */
  snapshot: string | null;
  token: string | null;
  lease_until: number;
}

export interface IncidentRow {
  tenant: string;
  id: string;
  status: IncidentStatus;
  round: number;
  source: Incident['source'];
  level: Incident['level'];
  /** JSON list. */
  scenarios: string;
  region: string | null;
  title: string | null;
  expected_at: number | null;
  /** JSON of `IncidentEvidence`. */
  evidence: string | null;
  confirmed_by: string | null;
  held_at: number | null;
  muted_by: string | null;
  merged_into: string | null;
  ticket_id: string | null;
  opened_at: number | null;
  resolved_at: number | null;
  created_at: number;
  updated_at: number;
  version: number;
}

export interface IncidentClientRow {
  tenant: string;
  incident_id: string;
  client_id: string;
  conversation_id: string | null;
  joined_at: number;
  told_at: number | null;
  told_round: number;
  resolved_round: number;
}

export interface MigrationRow {
  name: string;
}
