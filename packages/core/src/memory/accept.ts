import { FirstlineError } from '../errors';
import type { Client } from '../model/client';
import type { Conversation } from '../model/conversation';
import type { InboundMessage } from '../model/message';
import type { AcceptParams, AcceptResult } from '../ports/storage';
import type { Tables } from './tables';

export function accept(tables: Tables, params: AcceptParams): AcceptResult {
  const { now, message, newConversationId, channelKey, idempotency, turn, lease } = params;
  if (turn !== null && lease !== null) throw new FirstlineError('internal', 'a turn is waited for, not leased');
  const claim = idempotency === null ? undefined : tables.claims.get(idempotency.key);
  if (idempotency !== null && claim !== undefined && (claim.expiresAt === null || now < claim.expiresAt)) {
    const sameContent = claim.fingerprint === idempotency.fingerprint;
    return { status: 'duplicate', messageId: claim.messageId, sameContent };
  }
  const found = findConversation(tables, message.clientId, channelKey);
  tables.messages.checkNew(message.id);
  if (found === null) tables.conversations.checkNew(newConversationId);

  if (idempotency !== null) {
    const { key, fingerprint, expiresAt } = idempotency;
    tables.claims.set(key, { fingerprint, messageId: message.id, expiresAt });
    tables.keyOf.set(message.id, key);
  }
  tables.clients.put(client(tables, params));
  const conversation = found === null ? open(tables, params) : attach(tables, params, found);
  const row: InboundMessage = {
    tenant: tables.tenant,
    ...message,
    conversationId: conversation.id,
    seq: conversation.lastSeq,
    direction: 'inbound',
    createdAt: now,
    inTurn: turn !== null,
    correctedTo: null,
    decidedAt: null,
    decisionId: null,
  };
  tables.addMessage(row);
  const work = leave(tables, conversation, params);
  const base = { at: now, conversationId: conversation.id, data: { messageId: message.id } };
  if (found === null) tables.append([{ ...base, type: 'conversation.opened' }]);
  tables.append([{ ...base, type: 'message.received' }]);
  return { status: 'accepted', message: tables.inbound(message.id), conversation, opened: found === null, work };
}

/** The conversation the message belongs to; `null`: there is none yet. */
function findConversation(tables: Tables, clientId: string, channelKey: string | null): Conversation | null {
  const open = [...tables.conversationsOf(clientId).open].map((id) => tables.conversations.must(id));
  if (channelKey === null) return open.sort(byLastWritten).at(-1) ?? null;
  const keyOf = (row: Conversation): string | null => tables.thread(row.id).channelKey;
  return open.find((row) => keyOf(row) === channelKey) ?? open.find((row) => keyOf(row) === null) ?? null;
}

function byLastWritten(a: Conversation, b: Conversation): number {
  return a.lastInboundAt - b.lastInboundAt || (a.id < b.id ? -1 : 1);
}

/** What is not told (`null`) stays as it was. */
function client({ tenant, clients }: Tables, { now, message, client: told }: AcceptParams): Client {
  const known = clients.get(message.clientId);
  if (known !== undefined) {
    const { name, locale, region } = known;
    return { ...known, name: told.name ?? name, locale: told.locale ?? locale, region: told.region ?? region };
  }
  return { tenant, id: message.clientId, ...told, greetedAt: null, recent: [], createdAt: now, version: 1 };
}

function open(tables: Tables, params: AcceptParams): Conversation {
  const { now, message, newConversationId, defaultChannel } = params;
  const key = params.channelKey ?? defaultChannel?.key ?? null;
  const row: Conversation = {
    tenant: tables.tenant,
    id: newConversationId,
    clientId: message.clientId,
    channel: params.channel ?? defaultChannel?.channel ?? null,
    locale: message.locale,
    owner: 'bot',
    status: 'open',
    operatorId: null,
    ticketId: null,
    awaiting: null,
    attendBy: null,
    lastSeq: 1,
    createdAt: now,
    lastInboundAt: now,
    lastOutboundAt: null,
    closedAt: null,
    version: 1,
  };
  tables.openConversation(row, key);
  return tables.conversations.must(row.id);
}

function attach(tables: Tables, params: AcceptParams, found: Conversation): Conversation {
  const { now, message, channel, channelKey } = params;
  const thread = tables.thread(found.id);
  thread.channelKey ??= channelKey;
  return tables.putConversation({
    ...found,
    channel: found.channel ?? channel,
    lastSeq: found.lastSeq + 1,
    lastInboundAt: message.automated ? found.lastInboundAt : now,
  });
}

/** Leaves the `process` lane due or, where the caller wants it and may have it, leased. */
function leave(
  tables: Tables,
  conversation: Conversation,
  { now, lease, turn }: AcceptParams,
): Extract<AcceptResult, { status: 'accepted' }>['work'] {
  const lanes = tables.lanes.process;
  if (turn !== null) {
    hearOut(tables, conversation.id, now, turn);
    return null;
  }
  if (lanes.get(conversation.id) === undefined) lanes.put(conversation.id, now);
  if (lease === null || !lanes.isFree(conversation.id, now)) return null;
  return { lease: lanes.lease(conversation.id, lease.token, lease.until), state: tables.state(conversation) };
}

/** Moves the lane to the end of the client's turn, unless it is due or somebody is at work on it. */
function hearOut(tables: Tables, conversationId: string, now: number, turn: NonNullable<AcceptParams['turn']>): void {
  const lanes = tables.lanes.process;
  const lane = lanes.get(conversationId);
  if (lane !== undefined && (lane.token !== null || lane.readyAt <= now)) return;
  const oldest = tables.inbound(tables.thread(conversationId).undecided[0] ?? '');
  const dueAt = Math.min(now + turn.quietMs, oldest.createdAt + turn.maxWaitMs);
  if (lane === undefined) lanes.put(conversationId, dueAt);
  else lanes.release(conversationId, dueAt);
}
