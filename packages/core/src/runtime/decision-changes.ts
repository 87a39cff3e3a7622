import type { Client } from '../model/client';
import type { Conversation } from '../model/conversation';
import type { Decision, DecisionRecord } from '../model/decision';
import type { NewEvent } from '../model/event';
import type { InboundMessage } from '../model/message';
import type { Classification } from '../model/classification';
import type { Reminder } from '../model/reminder';
import type { Scenario } from '../model/scenario';
import type { Ticket } from '../model/ticket';
import { attendBy, resumed } from '../policies/hours/attendance';
import { tellingLimit } from '../policies/incident-cover';
import { firstStep, type ReminderStep } from '../policies/reminders';
import { type Turn } from '../policies/turns';
import type { CommitParams, NewOutbound } from '../ports/storage-commit';
import type { ConversationState, WorkLease } from '../ports/storage-work';
import type { EngineContext } from './context';
import { newTicket, ticketOpened } from './new-ticket';
import { raisedTicket, ticketRaised } from './raised-ticket';
import { watchFor } from './attention';

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
  state: ConversationState,
  turn: Turn,
  classification: Classification,
  decision: Decision,
  now: number,
): DecisionChanges {
  const { conversation, client } = state;
  const { message, messageIds, supersedes } = turn;
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
        attachments: reply.attachments,
        quickReplies: reply.quickReplies,
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
    messageIds,
    answers: turn.answers,
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
      supersedes: supersedes.map(({ replyId }) => replyId),
      peopleAvailable: decision.peopleAvailable,
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
    incidentId: decision.incidentId,
    versions: context.versions(),
  };
  const reminder = firstReminder(context, message, classification, decision, outbound, now);
  const owed = owedByOwner(context, state, message, now);
  const raised = raisedTicket(state, decision);
  const commit: CommitParams = {
    tenant: context.tenant,
    now,
    conversationId: conversation.id,
    clientId: conversation.clientId,
    expectedVersion: conversation.version,
    lease,
    leaseUntil: now + context.policy.work.leaseMs,
    conversation: {
      ...decision.next,
      locale: decision.locale,
      ...(ticket === null ? {} : { ticketId: ticket.id }),
      ...(decision.next.status === 'closed' ? { closedAt: now } : {}),
      ...(owed === null ? {} : { attendBy: owed.attendBy }),
    },
    client: clientChange(client, decision, now),
    decidedMessageIds: messageIds,
    decision: record,
    outbound,
    cancelDeliveries: null,
    supersede: supersedes.map(({ deliveryId }) => deliveryId),
    settleReminder:
      state.reminder === null || message.automated
        ? null
        : { status: 'cancelled', reason: 'client_answered', messageId: null },
    scheduleReminder: reminder,
    openTicket: ticket,
    updateTicket: ticketChange(state, decision, owed, raised),
    addNote: null,
    report: reportOf(context, state, message, classification),
    tell: tellOf(context, decision),
    announce: null,
    watch: watchAfter(context, conversation, ticket ?? raised, owed, now),
    events: decisionEvents(state, message, record, decision, { opened: ticket, raised }, now),
  };
  return { commit, record, ticket };
}

/** What the message adds to the stream in which mass outages show; a machine's says nothing of what works. */
function reportOf(
  { watchesOutages }: EngineContext,
  { client }: ConversationState,
  { automated, createdAt, id: messageId }: InboundMessage,
  { scenario }: Classification,
): CommitParams['report'] {
  if (!watchesOutages || automated) return null;
  return { minute: Math.floor(createdAt / 60_000), scenario, region: client.region, messageId };
}

function tellOf({ policy }: EngineContext, { tells }: Decision): CommitParams['tell'] {
  if (tells === null) return null;
  const { incident, round } = tells;
  const limit = tellingLimit(incident, policy.outage);
  return { incidentId: incident.id, phase: 'open', round, limit };
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
  message: InboundMessage,
  classification: Classification,
  decision: Decision,
  outbound: readonly NewOutbound[],
  now: number,
): Reminder | null {
  const last = outbound.at(-1)?.message ?? { id: message.id, sendAt: now };
  const { reminders } = context.policy;
  for (const scenario of followedUp(context, classification, decision, message)) {
    const first = firstStep(scenario, last.sendAt, reminders);
    if (first !== null) return newReminder(context, message.conversationId, scenario, first, last, now);
  }
  return null;
}

/** The scenario that was answered, and else the one whose question is still open: small talk does not answer it. */
function followedUp(
  { scenarios }: EngineContext,
  { scenario }: Classification,
  { followsUp, next }: Decision,
  message: InboundMessage,
): readonly Scenario[] {
  const answered = followsUp ? scenarios.get(scenario) : undefined;
  const waits = !message.automated && next.owner === 'bot' && next.status === 'open' && next.awaiting !== null;
  const asking = waits ? [...scenarios.values()].find(({ asksFor }) => asksFor === next.awaiting) : undefined;
  return [answered, asking].filter((one) => one !== undefined);
}

function newReminder(
  context: EngineContext,
  conversationId: string,
  scenario: Scenario,
  first: ReminderStep,
  last: { readonly id: string; readonly sendAt: number },
  now: number,
): Reminder {
  return {
    tenant: context.tenant,
    id: context.ids.next(),
    conversationId,
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

/** What the person who owns the conversation owes the client for this message. */
interface Owed {
  readonly attendBy: number | null;
  readonly pauses: Ticket['pauses'] | null;
  readonly watch: CommitParams['watch'];
}

/** `null`: no person owns it, or a machine wrote, to which nobody owes an answer. */
function owedByOwner(
  context: EngineContext,
  { conversation, ticket }: ConversationState,
  message: InboundMessage,
  now: number,
): Owed | null {
  if (conversation.owner !== 'human' || message.automated) return null;
  const until = conversation.attendBy ?? attendBy(context.policy.people, now);
  const pauses = ticket === null ? null : resumed(ticket.pauses, now);
  const after = ticket === null || pauses === null ? null : { ...ticket, pauses };
  return { attendBy: until, pauses, watch: watchFor(context, { ...conversation, attendBy: until }, after, now) };
}

function ticketChange(
  { conversation: { ticketId } }: ConversationState,
  { countsOnTicket }: Decision,
  owed: Owed | null,
  raised: Ticket | null,
): CommitParams['updateTicket'] {
  if (ticketId === null) return null;
  if (owed !== null && owed.pauses !== null) return { id: ticketId, pauses: owed.pauses };
  if (!countsOnTicket) return null;
  return { id: ticketId, repeated: true, ...(raised === null ? {} : { priority: raised.priority }) };
}

/** A new ticket or another priority promises something else; otherwise only what the owner owes changes. */
function watchAfter(
  context: EngineContext,
  conversation: Conversation,
  ticket: Ticket | null,
  owed: Owed | null,
  now: number,
): CommitParams['watch'] {
  return ticket === null ? (owed?.watch ?? null) : watchFor(context, conversation, ticket, now);
}

function decisionEvents(
  state: ConversationState,
  message: InboundMessage,
  record: DecisionRecord,
  decision: Decision,
  tickets: { readonly opened: Ticket | null; readonly raised: Ticket | null },
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
        ...(record.messageIds.length > 1 ? { messageIds: record.messageIds } : {}),
        outcome: record.outcome,
        rule: record.rule,
        scenario: record.classification?.scenario ?? null,
        replies: record.replies.map((reply) => reply.messageId),
        ticketId: record.ticketId,
      },
    },
  ];
  if (tickets.opened !== null) events.push(ticketOpened(tickets.opened));
  if (tickets.raised !== null) events.push(ticketRaised(tickets.raised, now));
  const told = record.replies.find(({ type }) => type === 'incident_notice');
  if (told !== undefined && decision.tells !== null) {
    const { incident, round } = decision.tells;
    const data = { incidentId: incident.id, phase: 'open', messageId: told.messageId, round };
    events.push({ type: 'incident.told', at: now, conversationId, data });
  }
  if (decision.next.status === 'closed') {
    events.push({ type: 'conversation.closed', at: now, conversationId, data: { operatorId: null } });
  }
  if (state.reminder !== null && !message.automated) {
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
