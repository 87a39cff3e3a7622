import type { Conversation } from '../../model/conversation';
import type { DecisionRecord } from '../../model/decision';
import type { DeliveryStatus, OutcomeClass, SendOutcome } from '../../model/delivery';
import type { Endpoint } from '../../model/endpoint';
import type { EventType, NewEvent } from '../../model/event';
import type { Attachment, OutboundType } from '../../model/message';
import type { Note } from '../../model/note';
import type { Reminder } from '../../model/reminder';
import type { Ticket } from '../../model/ticket';
import type { ClaimedDelivery, DeliveryResult } from '../../ports/storage';
import type { CommitParams, NewOutbound } from '../../ports/storage-commit';
import type { IdSource } from '../../ports/id-source';
import { emptyCommit } from '../../runtime/empty-commit';
import { LEASE_MS, type Turn } from './values';

const OUTCOME_OF: Readonly<Record<DeliveryResult['next']['status'], OutcomeClass>> = {
  sent: 'ok',
  pending: 'retry',
  dead: 'park',
  expired: 'retry',
  unknown: 'unknown',
};

/** Rows and parameters with everything filled in that a case does not care about. */
export class Rows {
  readonly #tenant: string;
  readonly #ids: IdSource;
  readonly #now: () => number;

  constructor(tenant: string, ids: IdSource, now: () => number) {
    this.#tenant = tenant;
    this.#ids = ids;
    this.#now = now;
  }

  reply(
    options: {
      readonly id?: string;
      readonly deliveryId?: string;
      readonly type?: OutboundType;
      readonly text?: string;
      readonly delayMs?: number;
      readonly expiresAt?: number;
      readonly attachments?: readonly Attachment[];
      readonly quickReplies?: readonly string[];
      /** Default true. */
      readonly delivered?: boolean;
    } = {},
  ): NewOutbound {
    const now = this.#now();
    const { type = 'bot_auto', delayMs = 0, expiresAt = null } = options;
    return {
      message: {
        id: options.id ?? this.#ids.next(),
        type,
        text: options.text ?? 'An answer',
        locale: 'en',
        createdAt: now,
        attachments: options.attachments ?? [],
        quickReplies: options.quickReplies ?? [],
        sendAt: now + delayMs,
        decisionId: null,
        operatorId: type === 'operator' ? 'operator-1' : null,
      },
      delivery:
        options.delivered === false
          ? null
          : { id: options.deliveryId ?? this.#ids.next(), transport: 'fake', expiresAt },
    };
  }

  /** A commit that changes nothing but the version, as people make it. */
  act(conversation: Conversation, changes: Partial<CommitParams> = {}): CommitParams {
    return { ...emptyCommit(conversation, this.#now()), tenant: this.#tenant, ...changes };
  }

  /** The decision about the message of a turn, with one reply unless told otherwise. */
  decision({ lease, state }: Turn, changes: Partial<CommitParams> = {}): CommitParams {
    const { conversation, message } = state;
    const id = this.#ids.next();
    const outbound = (changes.outbound ?? [this.reply()]).map((reply): NewOutbound => ({
      ...reply,
      message: { ...reply.message, decisionId: id },
    }));
    const decidedMessageIds = changes.decidedMessageIds ?? [message.id];
    const about = { messageId: decidedMessageIds.at(-1) ?? message.id, messageIds: decidedMessageIds };
    const ticketId = changes.openTicket?.id ?? changes.updateTicket?.id ?? null;
    const record = this.record({ id, ...about, ticketId }, conversation, outbound);
    return this.act(conversation, {
      lease,
      leaseUntil: this.#now() + LEASE_MS,
      decidedMessageIds,
      decision: record,
      events: [this.event('message.decided', conversation.id, message.id)],
      ...changes,
      outbound,
    });
  }

  record(
    row: Partial<DecisionRecord> & Pick<DecisionRecord, 'id' | 'messageId'>,
    conversation: Conversation,
    outbound: readonly NewOutbound[],
  ): DecisionRecord {
    const template = { key: 'scenario.REFERRAL', locale: 'en', version: 'v1' };
    return {
      tenant: this.#tenant,
      messageIds: [row.messageId],
      answers: row.messageIds ?? [row.messageId],
      conversationId: conversation.id,
      clientId: conversation.clientId,
      decidedAt: this.#now(),
      trigger: 'message',
      outcome: 'answered',
      rule: 'scenario',
      reason: 'recognised',
      priority: 'normal',
      locale: 'en',
      classification: {
        scenario: 'REFERRAL',
        confidence: 0.1 + 0.2,
        reasoning: 'мультиязычно "so" \\ it seems',
        source: 'local',
        alternatives: [{ scenario: 'BROKEN', confidence: 1e-7 }],
      },
      inputs: {
        isFirstMessage: true,
        owner: conversation.owner,
        status: conversation.status,
        awaiting: null,
        greetedAt: null,
        timesAsked: 1,
        attachments: 0,
        supersedes: [],
        peopleAvailable: true,
        runnerUp: { scenario: 'BROKEN', confidence: 1e-7, gap: 0.3 },
        thresholds: { minConfidence: 0.4 },
      },
      rules: [{ rule: 'owner', fired: false, reason: 'the bot owns the conversation' }],
      replies: outbound.map(({ message }) => ({
        messageId: message.id,
        type: message.type,
        template,
        sendAt: message.sendAt,
      })),
      ticketId: null,
      incidentId: null,
      versions: { policy: 'p1', scenarios: 's1', templates: 't1' },
      ...row,
    };
  }

  reminder(conversation: Conversation, dueAt: number, changes: Partial<Reminder> = {}): Reminder {
    return {
      tenant: this.#tenant,
      id: this.#ids.next(),
      conversationId: conversation.id,
      episode: 'episode-1',
      episodeAt: this.#now(),
      step: 0,
      scenario: 'REFERRAL',
      dueAt,
      status: 'pending',
      reason: null,
      messageId: null,
      createdAt: this.#now(),
      settledAt: null,
      ...changes,
    };
  }

  ticket(conversation: Conversation, changes: Partial<Ticket> = {}): Ticket {
    const now = this.#now();
    return {
      tenant: this.#tenant,
      id: this.#ids.next(),
      conversationId: conversation.id,
      clientId: conversation.clientId,
      incidentId: null,
      messageId: null,
      attachments: [{ kind: 'image', url: 'https://files.example/screenshot.png' }],
      rule: 'unknown',
      reason: 'nobody knows',
      priority: 'high',
      status: 'open',
      assignee: null,
      repeats: 0,
      respondedAt: null,
      resolvedAt: null,
      pauses: [],
      breaches: [],
      createdAt: now,
      updatedAt: now,
      ...changes,
    };
  }

  note(conversation: Conversation, changes: Partial<Note> = {}): Note {
    return {
      tenant: this.#tenant,
      id: this.#ids.next(),
      conversationId: conversation.id,
      ticketId: null,
      operatorId: 'operator-1',
      text: 'Писала раньше: "see order 7"',
      createdAt: this.#now(),
      ...changes,
    };
  }

  endpoint(key: string, changes: Partial<Endpoint> = {}): Endpoint {
    const now = this.#now();
    return {
      tenant: this.#tenant,
      key,
      transport: 'fake',
      status: 'active',
      reason: 'http_503',
      failing: ['delivery-1'],
      parked: [],
      cooldowns: 0,
      probes: 0,
      firstFailureAt: now,
      lastFailureAt: now,
      lastSuccessAt: null,
      waitUntil: null,
      told: { attempt_failing: now },
      createdAt: now,
      updatedAt: now,
      version: 1,
      ...changes,
    };
  }

  event(type: EventType, conversationId: string | null, about: string): NewEvent {
    return { type, at: this.#now(), conversationId, data: { about } };
  }

  /** How an attempt ended. `pending`: failed, again at `againAt`. */
  result(
    claimed: ClaimedDelivery,
    status: Exclude<DeliveryStatus, 'cancelled'>,
    options: {
      readonly againAt?: number;
      readonly counts?: boolean;
      readonly outcome?: SendOutcome;
      readonly waitsFor?: string;
      readonly possibleDuplicate?: boolean;
      readonly move?: DeliveryResult['move'];
    } = {},
  ): DeliveryResult {
    const reason = status === 'sent' ? null : 'http_503';
    const outcome = options.outcome ?? { class: OUTCOME_OF[status], ...(reason === null ? {} : { code: reason }) };
    return {
      lease: claimed.lease,
      deliveryId: claimed.delivery.id,
      attempt: claimed.attempt,
      outcome,
      next: {
        ...{ status, reason, nextAttemptAt: options.againAt ?? this.#now(), counts: options.counts ?? true },
        ...(options.waitsFor === undefined ? {} : { waitsFor: options.waitsFor }),
        ...(options.possibleDuplicate === undefined ? {} : { possibleDuplicate: options.possibleDuplicate }),
      },
      ...(options.move === undefined ? {} : { move: options.move }),
      events: [this.event('delivery.settled', claimed.delivery.conversationId, claimed.delivery.id)],
    };
  }
}
