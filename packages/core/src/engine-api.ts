import type { FirstlineIssue } from './errors';
import type { CorrectParams } from './runtime/corrections';
import type { Conversation } from './model/conversation';
import type { DecisionRecord } from './model/decision';
import type { Delivery } from './model/delivery';
import type { FeedEvent } from './model/event';
import type { Note } from './model/note';
import type { Outcome, OutcomeReply } from './model/outcome';
import type { ReceiveInput } from './model/receive-input';
import type { Ticket } from './model/ticket';
import type { TemplateTexts } from './ports/template-source';
import type { OutageReport } from './outage/signals';
import type { RecordedParams } from './runtime/recorded-reports';
import type { SubscribeParams } from './runtime/feed';
import type { Health } from './runtime/health';
import type { Incidents } from './runtime/incidents';
import type { Endpoints, OutboxStatus } from './runtime/endpoints';
import type { OperatorParams, ReplyParams } from './runtime/operators';
import type { ConversationReads, DeliveryReads, TicketReads } from './runtime/reads';
import type { ReplayParams, ReplayRange, ReplayResult } from './runtime/replay';
import type { ReceiveOptions } from './runtime/receive';
import type { Stats, StatsParams } from './runtime/statistics';
import type { ClaimParams, TicketChanges } from './runtime/tickets';
import type { TemplateStatus } from './runtime/template-store';
import type { Privacy } from './runtime/privacy';
import type { TickResult } from './runtime/worker';

/** A running support engine. Made by `createEngine`. */
export interface Engine {
  /**
   * Opens the storage (creating or migrating its tables), readies the classifier, starts the transports and the workers.
   * Repeated calls share one start; a failed start may be repeated.
   */
  start(): Promise<void>;
  /**
   * Takes no more messages, lets everything begun come to its end, stops the transports and closes the storage that it
   * opened. What is due stays due for the next start. Repeated calls do nothing.
   */
  stop(): Promise<void>;
  /**
   * Takes one message of a client in. By default resolves when it is decided; everything said is committed by then, and
   * is delivered in the background. Works before `start` too, but then nothing is delivered until `start` or `tick`.
   *
   * @throws FirstlineError `invalid_input`, `invalid_channel`, `rate_limited`, `idempotency_key_reused`: nothing is stored;
   * `storage_unavailable`: nothing is stored, and the same call may be repeated; `stopped`
   */
  receive(input: ReceiveInput, options?: ReceiveOptions): Promise<Outcome>;
  /** Works off everything due now, once, and returns: for tests, cron and serverless. */
  tick(): Promise<TickResult>;
  /**
   * Why the engine did what it did: the stored record of the decision about an inbound message, or behind an outbound
   * one. `null`: it is not decided yet, or there is no such message.
   */
  explain(messageId: string): Promise<DecisionRecord | null>;
  /**
   * Whether messages can be stored, due work is on time, and cache, rate limiter and dispatcher have what they share. Only
   * `unhealthy` is a reason to send messages elsewhere. Never rejects.
   */
  health(): Promise<Health>;
  /**
   * Counts over everything stored for this tenant, and how the cache does.
   *
   * @throws FirstlineError `invalid_input` where `maxAge` is no duration
   */
  stats(params?: StatsParams): Promise<Stats>;
  readonly conversations: ConversationReads;
  readonly tickets: TicketReads & {
    /**
     * Changes a ticket and tells the feed (`ticket.updated`); what is as wanted already is left alone. Resolving it ends
     * the conversation's waiting for a person: the bot decides again, unless a person owns the conversation.
     *
     * Assigning is a claim, which only one of several callers gets: a ticket that somebody has goes to somebody else
     * only after its assignee was set to `null`. Taking over a conversation assigns its ticket without asking.
     *
     * @throws FirstlineError `not_found`; `invalid_input` where nothing, or something that does not exist, is to be
     * changed, and where a ticket in progress would be nobody's; `conflict` where somebody else has the ticket, or it is resolved, which is final
     */
    update(ticketId: string, changes: TicketChanges): Promise<Ticket>;
    /** Takes a ticket and sets it in progress; only one of several callers gets it. Throws as `update` does. */
    claim(ticketId: string, params: ClaimParams): Promise<Ticket>;
    /**
     * Takes the most urgent ticket of the queue, the oldest of these first; `null`: the queue is empty.
     *
     * @throws FirstlineError `invalid_input` where nobody is said to take it
     */
    claimNext(params: ClaimParams): Promise<Ticket | null>;
  };
  readonly incidents: Incidents & {
    /**
     * What clients wrote, as it was decided, in order: the history for `detectOutages`. Goes back as far as the feed does, see
     * `policy.retention.events`.
     */
    recorded(params?: RecordedParams): AsyncGenerator<OutageReport, void, void>;
  };
  readonly deliveries: DeliveryReads & {
    /** Counts, how late the outbox is, and the endpoints in trouble. */
    status(): Promise<OutboxStatus>;
    /**
     * Sends a `dead`, `expired` or `unknown` delivery again, under the same id, with a fresh retry ladder and without
     * expiry.
     *
     * @throws FirstlineError `not_found`; `conflict` when it is in another status
     */
    replay(deliveryId: string, params?: ReplayParams): Promise<Delivery>;
    /**
     * The same for all of a range of time. What becomes dead again while it runs is not taken twice.
     *
     * @throws FirstlineError `invalid_input`
     */
    replay(range: ReplayRange): Promise<ReplayResult>;
    readonly endpoints: Endpoints;
  };
  /**
   * What people do in a conversation. Each throws `not_found` for an unknown conversation and `conflict` where its state
   * does not allow the step, for example because it is closed or another operator owns it; and `invalid_input`, also for an
   * `operatorId` that is given and is no text of 1 to 255 characters.
   */
  readonly operators: {
    /** A person takes the conversation: the bot says nothing more, pending replies and reminders are cancelled. */
    takeOver(conversationId: string, params?: OperatorParams): Promise<Conversation>;
    /** A person answers, and thereby takes the conversation. */
    reply(conversationId: string, params: ReplyParams): Promise<OutcomeReply>;
    /**
     * A person answered outside of the engine, in the messenger's own app for example, and the host tells: recorded,
     * not sent, and otherwise the same as `reply`. What the bot itself said must not be told.
     */
    recordReply(conversationId: string, params: ReplyParams): Promise<OutcomeReply>;
    /** Hands the conversation back to the bot and resolves its ticket. */
    release(conversationId: string, params?: OperatorParams): Promise<Conversation>;
    /** Closes the conversation and resolves its ticket; the client's next message opens a new conversation. */
    resolve(conversationId: string, params?: OperatorParams): Promise<Conversation>;
    /**
     * Says what a message of a client is about, where the classifier was wrong or unsure. Stored with the message, and an
     * example for classifiers that learn: from the training in the background on, and again after every start.
     *
     * @throws FirstlineError `invalid_input` for a scenario outside the set, `not_found`
     */
    correct(messageId: string, scenario: string, params?: CorrectParams): Promise<void>;
    /** Writes something down for other people. The client never sees it, and nothing else changes. */
    note(conversationId: string, params: OperatorParams & { readonly text: string }): Promise<Note>;
  };
  readonly privacy: Privacy;
  readonly templates: {
    /** Which texts are in use, and why not newer ones, where something is wrong with them. */
    status(): TemplateStatus;
    /**
     * What is wrong with texts before they are put into a source, which is used whole or not at all: unknown keys and
     * variables, missing plural forms, bad syntax. Empty: the engine would take them.
     */
    check(texts: TemplateTexts): readonly FirstlineIssue[];
  };
  readonly events: {
    /** Follows the durable feed in order, from behind `after`, until `signal` is aborted or the loop is left. */
    subscribe(params?: SubscribeParams): AsyncGenerator<FeedEvent, void, void>;
  };
}
