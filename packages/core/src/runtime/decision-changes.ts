import type { Client } from '../model/client';
import type { Conversation } from '../model/conversation';
import type { Decision, DecisionRecord } from '../model/decision';
import type { NewEvent } from '../model/event';
import type { InboundMessage } from '../model/message';
import type { Classification } from '../model/classification';
import type { Reminder } from '../model/reminder';
import type { Ticket } from '../model/ticket';
import { firstStep } from '../policies/reminders';
import type { CommitParams, ConversationState, NewOutbound, WorkLease } from '../ports/storage';
import type { EngineContext } from './context';
import { newTicket, ticketOpened } from './new-ticket';

/** A decision turned into rows: what is committed, and what `receive` answers with. */
export interface DecisionChanges {
  readonly commit: CommitParams;
  readonly record: DecisionRecord;
  /** The ticket this decision opens. */
  readonly ticket: Ticket | null;
}

/** Gives ids and times to what `decide` planned. Everything here ends up in one transaction. */
export function decisionChanges(
  context: EngineContext,
  lease: WorkLease,
  state: ConversationState & { readonly message: InboundMessage },
  classification: Classification,
  decision: Decision,
  now: number,
): DecisionChanges {
  const { conversation, client, message } = state;
  const decisionId = context.ids.next();
  const outbound = decision.replies.map((reply): NewOutbound => {
    const id = context.ids.next();
    const sendAt = now + reply.delayMs;
    return {
      message: {
        id,
        type: reply.type,
        text: reply.text,
        locale: reply.template.locale,
        createdAt: now,
        sendAt,
        decisionId,
        operatorId: null,
      },
      delivery: newDelivery(context, conversation, sendAt + context.policy.delivery.maxAgeMs),
    };
  });
  const { conversationId, clientId, id: messageId, attachments } = message;
  const cause = { conversationId, clientId, messageId, attachments };
  const ticket = decision.ticket === null ? null : newTicket(context, { ...cause, ...decision.ticket }, now);
  const ticketId = ticket?.id ?? (decision.countsOnTicket ? conversation.ticketId : null);
  const record: DecisionRecord = {
    tenant: context.tenant,
    id: decisionId,
    messageId: message.id,
    conversationId: conversation.id,
    clientId: client.id,
    decidedAt: now,
    trigger: 'message',
    outcome: decision.outcome,
    rule: decision.rule,
    reason: decision.reason,
    priority: decision.priority,
    locale: decision.locale,
    classification,
    inputs: {
      isFirstMessage: message.seq === 1,
      owner: conversation.owner,
      status: conversation.status,
      awaiting: conversation.awaiting,
      greetedAt: client.greetedAt,
      attachments: message.attachments.length,
      timesAsked: decision.timesAsked,
      runnerUp: runnerUp(classification),
      thresholds: thresholds(context),
    },
    rules: decision.rules,
    replies: outbound.map(({ message: reply }, index) => ({
      messageId: reply.id,
      type: reply.type,
      template: decision.replies[index]?.template ?? { key: '', locale: '', version: '' },
      sendAt: reply.sendAt,
    })),
    ticketId,
    versions: { policy: context.policy.version, scenarios: context.scenariosVersion },
  };
  const reminder = firstReminder(context, conversation, classification, decision, outbound, now);
  const commit: CommitParams = {
    tenant: context.tenant,
    now,
    conversationId: conversation.id,
    expectedVersion: conversation.version,
    lease,
    leaseUntil: now + context.policy.work.leaseMs,
    conversation: {
      ...decision.next,
      locale: decision.locale,
      ...(ticket === null ? {} : { ticketId: ticket.id }),
    },
    client: clientChange(client, decision, now),
    decidedMessageId: message.id,
    decision: record,
    outbound,
    cancelDeliveries: null,
    settleReminder:
      state.reminder === null || message.automated
        ? null
        : { status: 'cancelled', reason: 'client_answered', messageId: null },
    scheduleReminder: reminder,
    openTicket: ticket,
    updateTicket:
      decision.countsOnTicket && conversation.ticketId !== null ? { id: conversation.ticketId, repeated: true } : null,
    events: decisionEvents(state, record, ticket, now),
  };
  return { commit, record, ticket };
}

/** The way out of a message in this conversation; `null` where the client has no address. */
export function newDelivery(
  context: EngineContext,
  conversation: Conversation,
  expiresAt: number,
): NewOutbound['delivery'] {
  if (conversation.channel === null) return null;
  return { id: context.ids.next(), transport: conversation.channel.transport, expiresAt };
}

/** Written only where something changes: most small talk changes nothing. */
function clientChange(client: Client, { greets, recent }: Decision, now: number): CommitParams['client'] {
  if (!greets && recent === null) return null;
  return {
    expectedVersion: client.version,
    ...(greets ? { greetedAt: now } : {}),
    ...(recent === null ? {} : { recent }),
  };
}

function thresholds({ policy: { escalation } }: EngineContext): Readonly<Record<string, number>> {
  const { minConfidence, minGap, unknownAfter, repeats } = escalation;
  return { minConfidence, minGap, unknownAfter, ...(repeats === null ? {} : { repeats: repeats.count }) };
}

/** A new silence begins when the last reply may be sent; its episode carries that message's id. */
function firstReminder(
  context: EngineContext,
  conversation: Conversation,
  classification: Classification,
  decision: Decision,
  outbound: readonly NewOutbound[],
  now: number,
): Reminder | null {
  const last = outbound.at(-1)?.message;
  const scenario = context.scenarios.get(classification.scenario);
  if (!decision.followsUp || last === undefined || scenario === undefined) return null;
  const first = firstStep(scenario, last.sendAt, context.policy.reminders);
  if (first === null) return null;
  return {
    tenant: context.tenant,
    id: context.ids.next(),
    conversationId: conversation.id,
    episode: last.id,
    episodeAt: last.sendAt,
    ...first,
    scenario: scenario.id,
    status: 'pending',
    reason: null,
    messageId: null,
    createdAt: now,
    settledAt: null,
  };
}

function decisionEvents(
  state: ConversationState & { readonly message: InboundMessage },
  record: DecisionRecord,
  ticket: Ticket | null,
  now: number,
): readonly NewEvent[] {
  const conversationId = record.conversationId;
  const events: NewEvent[] = [
    {
      type: 'message.decided',
      at: now,
      conversationId,
      data: {
        messageId: record.messageId,
        outcome: record.outcome,
        rule: record.rule,
        scenario: record.classification?.scenario ?? null,
        replies: record.replies.map((reply) => reply.messageId),
        ticketId: record.ticketId,
      },
    },
  ];
  if (ticket !== null) events.push(ticketOpened(ticket));
  if (state.reminder !== null && !state.message.automated) {
    const data = { reminderId: state.reminder.id, status: 'cancelled', reason: 'client_answered' };
    events.push({ type: 'reminder.settled', at: now, conversationId, data });
  }
  return events;
}

function runnerUp(classification: Classification): DecisionRecord['inputs']['runnerUp'] {
  const best = classification.alternatives[0];
  if (best === undefined) return null;
  return { ...best, gap: classification.confidence - best.confidence };
}
