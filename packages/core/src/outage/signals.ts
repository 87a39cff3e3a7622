/** One client's message as the detector sees it. What is not finite or has no client is ignored. */
export interface OutageReport {
  /** Epoch ms. Late by a minute or two, or from a clock an hour off, it counts when it is seen. */
  readonly at: number;
  readonly clientId: string;
  /** An unknown id counts as ordinary volume. */
  readonly scenario: string;
  /** Taken over for a scenario that was defined without one. */
  readonly service?: string | null | undefined;
  readonly region?: string | null | undefined;
  /** Only single words of it are kept, and only of failure reports of the last hours. */
  readonly text?: string | null | undefined;
}

/** Why the detector believes it. */
export interface OutageEvidence {
  /** Distinct clients within the window, and how many were to be expected. */
  readonly clients: number;
  readonly expected: number;
  readonly windowMinutes: number;
  /** −ln of the probability that chance alone does this, after what was paid for looking in many places. */
  readonly nats: number;
  /** The word that the reports share, when that is what gave the outage away. */
  readonly symptom: string | null;
  /** New clients per minute over the window, at most its last hour, oldest first. */
  readonly curve: readonly number[];
}

export interface OutageSignal {
  /**
   * `joined`: further clients of an open incident, and scenarios it spread to. `suspected` comes only with the setting of
   * that name; if more evidence follows, `opened` comes with the same id.
   */
  readonly type: 'opened' | 'joined' | 'resolved' | 'reopened' | 'suspected';
  readonly incidentId: string;
  /** Epoch ms: the end of the minute that decided. */
  readonly at: number;
  readonly level: 'suspected' | 'confirmed';
  /** The narrowest scope that explains the reports. */
  readonly scenarios: string[];
  /** `null`: everywhere, or nobody knows where. */
  readonly region: string | null;
  /** Clients who were not named before. */
  readonly clientIds: string[];
  /** With `opened`, `reopened` and `suspected`. */
  readonly evidence: OutageEvidence | null;
}
