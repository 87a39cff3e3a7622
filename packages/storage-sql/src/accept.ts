import {
  FirstlineError,
  type AcceptParams,
  type AcceptResult,
  type Client,
  type Conversation,
  type InboundMessage,
  type NewEvent,
} from '@firstline/core';
import { dayOf } from './active-day';
import { appendEvents } from './append-events';
import type { SqlExecutor } from './driver';
import type { SqlQueries } from './queries';
import { Refusal } from './refusal';
import { clientOf } from './rows/client-row';
import { conversationOf } from './rows/conversation-row';
import { stateOf } from './state';

type Accepted = Extract<AcceptResult, { status: 'accepted' }>;

export async function accept(q: SqlQueries, tx: SqlExecutor, params: AcceptParams): Promise<AcceptResult> {
  if (params.turn !== null && params.lease !== null) {
    throw new FirstlineError('internal', 'a turn is waited for, not leased');
  }
  const [duplicate, known, early] = await Promise.all([
    claimKey(q, tx, params),
    lockedClient(q, tx, params),
    // Finds nothing where the key belongs to another message.
    appended(q, tx, params),
  ]);
  if (duplicate !== null) {
    // The same call once more: its message holds the key since then, and has just been counted again.
    if (early !== null) throw new Refusal<AcceptResult>(duplicate);
    return duplicate;
  }
  const client = await saveClient(q, tx, params, known);
  // Whoever made the client a moment earlier was waited for just now, and has opened a conversation since.
  const found = early ?? (known === undefined ? await appended(q, tx, params) : null);
  const conversation = found ?? (await open(q, tx, params));
  const opened = found === null;
  const last = Promise.all([
    storeMessage(q, tx, params, conversation),
    leaveDue(q, tx, params, conversation, client),
    appendEvents(q, tx, params.tenant, receivedEvents(params, conversation, opened)),
  ]);
  tx.ending();
  const [message, work] = await last;
  return { status: 'accepted', message, conversation, opened, work };
}

async function claimKey(q: SqlQueries, tx: SqlExecutor, params: AcceptParams): Promise<AcceptResult | null> {
  const { tenant, now, message, idempotency } = params;
  if (idempotency === null) return null;
  const { key, fingerprint, expiresAt } = idempotency;
  const claim = { tenant, now, key, fingerprint, expiresAt, messageId: message.id };
  if ((await tx.run(q.idempotencyKeys.claim, claim)) === 1) return null;
  const held = await tx.first(q.idempotencyKeys.get, { tenant, key });
  if (held === undefined) throw new FirstlineError('internal', 'an idempotency key is neither free nor claimed');
  return {
    status: 'duplicate',
    messageId: held.message_id,
    sameContent: held.fingerprint === fingerprint,
  };
}

function lockedClient(q: SqlQueries, tx: SqlExecutor, { tenant, message: { clientId } }: AcceptParams) {
  return tx.first(q.clients.lock, { tenant, clientId });
}

/** Writes only what is new: most messages tell nothing about the client that is not known. */
async function saveClient(
  q: SqlQueries,
  tx: SqlExecutor,
  params: AcceptParams,
  known: Awaited<ReturnType<typeof lockedClient>>,
): Promise<Client> {
  const { tenant, now, client: told } = params;
  const key = { tenant, clientId: params.message.clientId };
  if (
    known !== undefined &&
    (told.name ?? known.name) === known.name &&
    (told.locale ?? known.locale) === known.locale &&
    (told.region ?? known.region) === known.region
  ) {
    return clientOf(known);
  }
  const saved = await tx.first(q.clients.save, { ...key, ...told, now });
  if (saved === undefined) throw new FirstlineError('internal', 'a client was not written');
  return clientOf(saved);
}

/** The conversation that the message belongs to, with one message more; `null`: one has to be opened for it. */
async function appended(q: SqlQueries, tx: SqlExecutor, params: AcceptParams): Promise<Conversation | null> {
  const { tenant, now, channel, channelKey, message, idempotency } = params;
  const claim = { messageId: message.id, idempotencyKey: idempotency?.key ?? null };
  const key = { tenant, heardAt: message.automated ? null : now, clientId: message.clientId, ...claim };
  const found =
    channel === null || channelKey === null
      ? await tx.first(q.conversations.appendToLatest, key)
      : ((await tx.first(q.conversations.appendOnChannel, { ...key, channelKey })) ??
        (await tx.first(q.conversations.appendTakingChannel, {
          ...key,
          channelKey,
          channel: JSON.stringify(channel),
        })));
  if (found === undefined) return null;
  const today = dayOf(now);
  if (found.active_on < today && !message.automated)
    await tx.run(q.conversations.setActive, { tenant, id: found.id, today });
  return conversationOf(found);
}

async function open(q: SqlQueries, tx: SqlExecutor, params: AcceptParams): Promise<Conversation> {
  const { tenant, now, message, defaultChannel } = params;
  const channel = params.channel ?? defaultChannel?.channel ?? null;
  const channelKey = params.channelKey ?? defaultChannel?.key ?? null;
  const opened = await tx.first(q.conversations.open, {
    tenant,
    now,
    id: params.newConversationId,
    clientId: message.clientId,
    channel: channel === null ? null : JSON.stringify(channel),
    channelKey,
    locale: message.locale,
    today: dayOf(now),
  });
  if (opened === undefined) throw new FirstlineError('internal', 'a conversation was not written');
  return conversationOf(opened);
}

async function storeMessage(
  q: SqlQueries,
  tx: SqlExecutor,
  { tenant, now, message, turn, idempotency }: AcceptParams,
  conversation: Conversation,
): Promise<InboundMessage> {
  const { id, clientId, text, originalText, locale, attachments, automated } = message;
  const conversationId = conversation.id;
  const seq = conversation.lastSeq;
  await tx.run(q.messages.insertInbound, {
    tenant,
    id,
    conversationId,
    clientId,
    seq,
    text,
    originalText: originalText === null ? null : JSON.stringify(originalText),
    locale,
    attachments: JSON.stringify(attachments),
    automated: automated ? 1 : 0,
    inTurn: turn === null ? 0 : 1,
    idempotencyKey: idempotency?.key ?? null,
    createdAt: now,
  });
  return {
    tenant,
    id,
    conversationId,
    clientId,
    seq,
    direction: 'inbound',
    text,
    originalText,
    locale,
    attachments,
    automated,
    createdAt: now,
    inTurn: turn !== null,
    correctedTo: null,
    decidedAt: null,
    decisionId: null,
  };
}

/** Leaves the `process` lane due, or takes it for the caller with all it needs to begin. */
async function leaveDue(
  q: SqlQueries,
  tx: SqlExecutor,
  { tenant, now, lease, turn }: AcceptParams,
  conversation: Conversation,
  client: Client,
): Promise<Accepted['work']> {
  const kind = 'process';
  const conversationId = conversation.id;
  if (turn !== null) {
    const { quietMs, maxWaitMs } = turn;
    await tx.run(q.lanes.hearOut, { tenant, conversationId, now, quietAt: now + quietMs, maxWaitMs });
    return null;
  }
  if (lease === null) {
    await tx.run(q.lanes.leave, { tenant, kind, conversationId, readyAt: now });
    return null;
  }
  const { token, until } = lease;
  // Read before it is known whether they are needed: mostly they are, and no journey is spent on the question.
  const [taken, state] = await Promise.all([
    tx.first(q.lanes.take, { tenant, kind, conversationId, token, until, now }),
    stateOf(q, tx, conversation, client),
  ]);
  if (taken === undefined) return null;
  return { lease: { kind, conversationId, token, until, claims: taken.claims }, state };
}

function receivedEvents({ now, message }: AcceptParams, conversation: Conversation, opened: boolean): NewEvent[] {
  const conversationId = conversation.id;
  const data = { messageId: message.id };
  const received: NewEvent = { type: 'message.received', at: now, conversationId, data };
  return opened ? [{ type: 'conversation.opened', at: now, conversationId, data }, received] : [received];
}
