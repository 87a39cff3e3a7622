/**
 * - `suspected`  people should look; no client is told. Also what waits for an operator's confirmation, where the policy asks
 *                for one
 * - `open`       affected clients are told, each once
 * - `resolved`   over; those who were told are told so, each once
 */
export type IncidentStatus = 'suspected' | 'open' | 'resolved';

/** Why it is believed. */
export interface IncidentEvidence {
  /** Distinct clients within the window, and how many were to be expected. */
  readonly clients: number;
  readonly expected: number;
  readonly windowMinutes: number;
  /** −ln of the probability that chance alone does this. */
  readonly nats: number;
  /** A word that the reports share, where that gave it away. */
  readonly symptom: string | null;
  /** New clients per minute over the window, at most its last hour, oldest first. */
  readonly curve: readonly number[];
  /** Ids of some of the messages that were counted, at most 20, the latest first. */
  readonly examples: readonly string[];
}

/** A mass outage: many clients report the same failure. */
export interface Incident {
  readonly tenant: string;
  readonly id: string;
  readonly status: IncidentStatus;
  /** How often it opened: 0 while it never did. Clients are told once per round. */
  readonly round: number;
  /** Who noticed it: the detector from the stream of messages, or an operator. */
  readonly source: 'detector' | 'operator';
  /** How sure the detector is; what an operator opened is `confirmed`. */
  readonly level: 'suspected' | 'confirmed';
  /** The failures it shows in, by scenario. */
  readonly scenarios: readonly string[];
  /** `null`: everywhere, or nobody knows where. */
  readonly region: string | null;
  /** What does not work, in words that clients may read; `null`: nobody said. */
  readonly title: string | null;
  /** When it is expected to be over, epoch ms; `null`: nobody knows. */
  readonly expectedAt: number | null;
  readonly evidence: IncidentEvidence | null;
  /** The operator who confirmed or opened it; `null`: nobody did yet, so only so many are told, see `policy.outage.unconfirmedLimit`. */
  readonly confirmedBy: string | null;
  /** When it had been told to as many clients as may be told without confirmation, while more are waiting; `null`: it was not. */
  readonly heldAt: number | null;
  /** The operator who muted it: nobody is told anything of it any more. */
  readonly mutedBy: string | null;
  /** The incident that this one turned out to be a part of. */
  readonly mergedInto: string | null;
  /** The ticket of the current round, for the people who mend it. */
  readonly ticketId: string | null;
  /** Clients known to be affected, and how many of them were told in the current round. */
  readonly affected: number;
  readonly told: number;
  /**
   * When it was last opened, and when it was last resolved; epoch ms. What the detector decides happens at the end of the
   * minute that showed it, whoever judged that minute, and whenever.
   */
  readonly openedAt: number | null;
  readonly resolvedAt: number | null;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** Grows by one with every change of the incident; not with clients who join or are told. */
  readonly version: number;
}

/** A client whose failure an incident explains. */
export interface AffectedClient {
  readonly incidentId: string;
  readonly clientId: string;
  /** Where the client is told; `null`: no conversation of the client is left. */
  readonly conversationId: string | null;
  readonly joinedAt: number;
  /** When the client was last told of it; `null`: never. */
  readonly toldAt: number | null;
  /** The round in which that was; 0: never. */
  readonly toldRound: number;
  /** The round whose end the client was told of; 0: never. */
  readonly resolvedRound: number;
}
