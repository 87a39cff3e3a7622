import type { Classification } from './classification';
import type { BusinessCalendar } from './business-calendar';
import type { Client } from './client';
import type { Conversation } from './conversation';
import type { InboundMessage } from './message';
import type { RedactionPolicy } from './redaction';
import type { Priority, Scenario } from './scenario';
import type { ServiceTargets } from './service-targets';

/** What an own escalation rule is asked about. */
export interface EscalationQuestion {
  readonly message: InboundMessage;
  readonly conversation: Conversation;
  readonly client: Client;
  readonly classification: Classification;
  /** `null` for `UNKNOWN`. */
  readonly scenario: Scenario | null;
  readonly now: number;
}

/** A host's own reason to call a person. Must be pure: the same question, the same answer. */
export interface EscalationRule {
  /** Named in decision records and tickets; must not be one of the built-in ids. */
  readonly id: string;
  /** Why a person is needed, in a sentence for the operator; `null`: not by this rule. What throws is no reason either. */
  readonly when: (question: EscalationQuestion) => string | null;
  /** At least this priority. Default: the scenario's. */
  readonly priority?: Priority;
}

/** So many within a sliding window. */
export interface RateLimit {
  readonly limit: number;
  readonly windowMs: number;
}

/** The data that decides. Every duration in milliseconds; built from `createEngine({ policy })` with the defaults below. */
export interface Policy {
  /** Fingerprint of everything below, written into each decision record. */
  readonly version: string;
  readonly receiving: {
    /** Longest accepted text, in characters after cleaning. Default 4,000. */
    readonly maxTextLength: number;
    /**
     * Without an idempotency key, the same content of the same client on the same channel within this time counts as
     * the same message. Default 3 s: longer than a platform's double delivery or a double click, shorter than a person
     * who asks again. 0 switches it off.
     */
    readonly duplicateWindowMs: number;
    /** Per client. Default 60 a minute, more than anyone types. */
    readonly clientRateLimit: RateLimit | null;
    /** Per `source` given to `receive`. Default 6,000 a minute: a source is often another server. */
    readonly sourceRateLimit: RateLimit | null;
  };
  readonly greeting: {
    /** Default true. */
    readonly enabled: boolean;
    /** Greet again after so long without a greeting; `null`, the default: once for ever. */
    readonly againAfterMs: number | null;
  };
  readonly classification: {
    /** Time limit of one classification; then the local classifier answers, as `fallback`. Default 10 s. */
    readonly timeoutMs: number;
  };
  readonly escalation: {
    /** A recognised scenario with less confidence than this goes to a person. Default 0.4. */
    readonly minConfidence: number;
    /** So does one whose runner-up is closer than this. Default 0.05; 0 switches it off. */
    readonly minGap: number;
    /** A message that fits no scenario goes to a person at the n-th time; before, the client is asked to say it in other words. Default 1. */
    readonly unknownAfter: number;
    /** The same request so often within the window goes to a person with priority `high`. Default 3 within 24 h; `null`: never. */
    readonly repeats: { readonly count: number; readonly windowMs: number } | null;
    /**
     * A client who sends more messages than this within the window, faster than people type, may be another bot: the bot
     * falls silent and a person looks. Default 20 within 5 min; `null`: never.
     */
    readonly loopGuard: RateLimit | null;
    /** Threats, accusations and abuse go to a person with priority `high`. Default true. */
    readonly negativeWording: boolean;
    /** The host's own rules, asked after the built-in ones about the message, before those about the scenario. */
    readonly rules: readonly EscalationRule[];
  };
  readonly turns: {
    /** A client on a chat transport is heard out until there was no message for so long. Default 3 s. */
    readonly quietMs: number;
    /** But no longer than this after the first message of the turn. Default 12 s. */
    readonly maxWaitMs: number;
    /** Turns are on. Default true; they only concern transports that say `chat: true`, and never `receive` that waits. */
    readonly enabled: boolean;
  };
  readonly people: {
    /** When people are there, and what business time is. Default: always. */
    readonly hours: BusinessCalendar;
    /** What is promised about tickets; `null`, the default: nothing. */
    readonly serviceLevels: ServiceTargets | null;
    /**
     * A person who owns a conversation and says nothing for so long, in business time, loses it: it goes back to the
     * queue and the client is told. Counted from the takeover, then from each message that waits for an answer.
     * Default 30 min; `null`: never.
     */
    readonly silentAfterMs: number | null;
  };
  readonly retention: {
    /** Conversations nobody wrote in for so long are removed whole. Default `null`: never. */
    readonly conversationsMs: number | null;
    /** Entries of the feed. Default 90 days; `null`: never. */
    readonly eventsMs: number | null;
    /** How often what is old is looked for. Default 1 h. */
    readonly everyMs: number;
  };
  readonly privacy: RedactionPolicy;
  readonly reminders: {
    /** Times after the bot's reply, growing. Default 15 min, 30 min, 1 day. Empty: none. */
    readonly ladderMs: readonly number[];
    /** A reminder that could not be sent within this time after it was due is dropped. Default 1 h. */
    readonly maxLatenessMs: number;
    /** What the bot asked for and did not get, so long after the last reminder, goes to a person. Default 1 day. */
    readonly handOverAfterMs: number;
  };
  readonly outage: {
    /** Outages are looked for, where any scenario says `outage`. Default true. */
    readonly enabled: boolean;
    /** Whether clients are told as soon as the detector is sure, or when an operator has confirmed. Default `'auto'`. */
    readonly confirm: 'auto' | 'operator';
    /** So many clients are told of an incident that nobody has confirmed; `null`: any number. Default 1,000. */
    readonly unconfirmedLimit: number | null;
    /** What the detector asks for, see `OutageDetectorOptions`. Default 0.2 false alarms a week, 4 clients, 45 min. */
    readonly falseAlarmsPerWeek: number;
    readonly minClients: number;
    readonly reopenWithinMs: number;
    /** Minutes that local time is ahead of UTC, so that days begin at midnight. Default 0. */
    readonly utcOffset: number;
    /** A minute is judged so long after its end, when what was decided in it is stored by all processes. Default 20 s. */
    readonly graceMs: number;
    /** Who was told that it is over, and reports it again within this time, is sent to a person. Default 24 h. */
    readonly stillBrokenMs: number;
  };
  readonly delivery: {
    /** Pauses between the attempts, before jitter. Default: the example of Standard Webhooks 1.0.0, 75 h in all. */
    readonly ladderMs: readonly number[];
    /** Each pause is multiplied by a factor in [1 − jitter, 1 + jitter]. Default 0.2. */
    readonly jitter: number;
    /** Longest pause a receiver's Retry-After may ask for. Default 1 h. */
    readonly maxRetryAfterMs: number;
    /** A message that could not be delivered within this time is given up, as `expired`. Default 5 days. */
    readonly maxAgeMs: number;
    /** Sends under way at once. Default 32. */
    readonly concurrency: number;
    /** Sends under way at once to one endpoint, so that a slow one does not take up all places. Default 8. */
    readonly perEndpoint: number;
    /** A due delivery that waits for longer is worth an alert (`queue_late`). Default 5 min. */
    readonly lateAfterMs: number;
  };
  readonly work: {
    /**
     * How long claimed work stays with its claimer; must exceed the time limits of classification and send, by as much as the
     * clocks of processes may differ: a process that is ahead takes a lease for over. Default 90 s, of which a minute for that.
     */
    readonly leaseMs: number;
    /**
     * Conversations being decided at once by the background worker; what callers of `receive` wait for comes besides. Default 32.
     */
    readonly concurrency: number;
    /** How long `receive` waits for a decision that another process is making. Default 15 s. */
    readonly waitMs: number;
    /** Longest sleep of an idle worker; it wakes earlier when something becomes due or arrives. Default 1 s. */
    readonly sweepMs: number;
  };
}
