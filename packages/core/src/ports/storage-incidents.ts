import type { NewEvent } from '../model/event';
import type { AffectedClient, Incident, IncidentStatus } from '../model/incident';
import type { Ticket } from '../model/ticket';
import type { Page, PageParams } from './storage-reads';

/** A client's report of one minute, as it was left by `CommitParams.report`. */
export interface StoredReport {
  /** Minute of the message, counted from 1970. */
  readonly minute: number;
  readonly scenario: string;
  readonly clientId: string;
  readonly region: string | null;
  /** Messages of the client about this scenario within the minute. */
  readonly messages: number;
  /** The first of them, and its text; `null`: it is gone. */
  readonly messageId: string;
  readonly text: string | null;
  /** Up to which minute was judged when it was first taken. */
  readonly judgedIn: number;
}

/** The right to judge what clients reported; one holder per tenant. */
export type DetectionClaim =
  /** Somebody else holds it. */
  | { readonly status: 'busy' }
  /** Everything up to the wanted minute is judged already. */
  | { readonly status: 'idle' }
  | {
      readonly status: 'claimed';
      /** Grows with every judgement: a detector that has made the last one itself needs no `past`. */
      readonly version: number;
      /** What came and was never judged, by minute, then scenario, then client. */
      readonly reports: readonly StoredReport[];
      /** What a detector has to know that did not make the last judgement; `null`: the caller's `known` is up to date. */
      readonly past: {
        /** As given to the last `finishDetection` that had one; `null`: there never was one. */
        readonly snapshot: string | null;
        /** The minute up to which everything was judged; `null`: never. */
        readonly judged: number | null;
        /** Judged since the snapshot was taken, by `judgedIn`, then in the order of `reports`. */
        readonly reports: readonly StoredReport[];
      } | null;
    };

/** A change of one incident; `incident` is the whole row as it shall be, but for its counts and its version. */
export interface IncidentChange {
  /** `null`: the incident is new. Else the version that the change was made on. */
  readonly expectedVersion: number | null;
  readonly incident: Incident;
  /**
   * Clients to be added where they are not known to be affected; who never wrote is left out. They are told in the
   * conversation they wrote in last of those that are not closed, else in their newest.
   */
  readonly affected: readonly string[];
  /**
   * Whom to make `announce` lanes due for, taking them from whoever holds them: nobody, the clients added by this change,
   * or `all` clients who were not told of the incident's phase in its round; of a muted incident, those who were told. The lanes are claimed in the other order than
   * the clients were added, the last one first: nobody waits longer than who has just written.
   */
  readonly announce: 'nobody' | 'added' | 'all';
  /** An incident whose clients become clients of this one, told of as much as they were told there; `null`: none. */
  readonly absorbs: string | null;
  readonly openTicket: Ticket | null;
  /** What is absent stays as it is. */
  readonly updateTicket:
    (Pick<Ticket, 'id' | 'status' | 'resolvedAt'> & Partial<Pick<Ticket, 'assignee' | 'priority'>>) | null;
  readonly events: readonly NewEvent[];
}

/** What is kept about mass outages, part of `Storage` and under its rules. */
export interface StorageIncidents {
  /**
   * Takes the right to judge all reports up to and including `minute`, unless somebody holds it (`until` not over) or the
   * minute is judged already. A holder's claim with the same token is not refused.
   *
   * Every report taken is marked with `minute` as its `judgedIn`; those of a claim that was never finished are taken again.
   */
  claimDetection(params: {
    readonly tenant: string;
    readonly now: number;
    readonly minute: number;
    readonly token: string;
    readonly until: number;
    /** The `version` that the caller's detector knows everything up to; `null`: it knows nothing. */
    readonly known: number | null;
  }): Promise<DetectionClaim>;

  /**
   * Writes what a judgement changed, and that it was made, in one transaction; the right is given back, and `version`
   * grows by one. With a `snapshot`, reports that are judged are removed. `lost`: the right is somebody else's by now;
   * `conflict`: an incident changed meanwhile, the right is kept. Neither writes anything.
   */
  finishDetection(params: {
    readonly tenant: string;
    readonly now: number;
    readonly minute: number;
    readonly token: string;
    readonly snapshot: string | null;
    readonly changes: readonly IncidentChange[];
  }): Promise<'finished' | 'conflict' | 'lost'>;

  /** The same for what people change. `conflict`: one of them changed meanwhile, and nothing is written. */
  changeIncidents(params: {
    readonly tenant: string;
    readonly now: number;
    readonly changes: readonly IncidentChange[];
  }): Promise<'changed' | 'conflict'>;

  /** `null`: there is none. */
  incident(params: { readonly tenant: string; readonly incidentId: string }): Promise<Incident | null>;

  /** Newest first, by `createdAt`. */
  incidents(params: PageParams & { readonly status?: IncidentStatus }): Promise<Page<Incident>>;

  /** Those not resolved, and those resolved at `resolvedSince` or later, newest first, at most 500. */
  liveIncidents(params: { readonly tenant: string; readonly resolvedSince: number }): Promise<readonly Incident[]>;

  /** Clients of an incident in the order they joined; empty for an unknown one. */
  affected(params: PageParams & { readonly incidentId: string }): Promise<Page<AffectedClient>>;

  /** What these clients are affected by, among these incidents. */
  affectedBy(params: {
    readonly tenant: string;
    readonly clientIds: readonly string[];
    readonly incidentIds: readonly string[];
  }): Promise<readonly AffectedClient[]>;
}
