import {
  type AcceptParams,
  type AcceptResult,
  type CommitParams,
  type DecisionRecord,
  FirstlineError,
  type Storage,
} from '@firstline/core';

export const TENANT = 'default';

type Accepted = Extract<AcceptResult, { status: 'accepted' }>;

export function acceptParams(id: string, changes: Partial<AcceptParams> = {}): AcceptParams {
  return {
    tenant: TENANT,
    now: 1_000,
    message: {
      id,
      clientId: `client-${id}`,
      text: 'Hello',
      originalText: null,
      locale: null,
      attachments: [],
      automated: false,
    },
    turn: null,
    newConversationId: `conversation-${id}`,
    client: { name: null, locale: null, region: null },
    channel: { transport: 'webhook', address: { url: 'https://example.com' } },
    channelKey: 'webhook:example',
    defaultChannel: null,
    idempotency: { key: id, fingerprint: 'f', expiresAt: null },
    lease: null,
    ...changes,
  };
}

export async function accepted(storage: Storage, params: AcceptParams): Promise<Accepted> {
  const result = await storage.accept(params);
  if (result.status !== 'accepted') throw new Error(`expected an accepted message, got ${result.status}`);
  return result;
}

/** A message of one client, leased to its caller. */
export function leasedParams(id: string, clientId = 'client'): AcceptParams {
  const params = acceptParams(id, { lease: { token: `token-${id}`, until: 60_000 } });
  return { ...params, message: { ...params.message, clientId } };
}

/** The ordinary decision: one reply with a delivery, and a new reminder instead of the last one. */
export function commitParams({ work }: Accepted): CommitParams {
  const { lease, state } = work ?? {};
  const message = state?.message;
  if (lease === undefined || state === undefined || message == null) throw new FirstlineError('internal', 'no lease');
  const { conversation, reminder } = state;
  const decision = record(message.id, conversation.id, conversation.clientId);
  const replyId = `reply-${message.id}`;
  return {
    tenant: TENANT,
    now: 2_000,
    conversationId: conversation.id,
    clientId: conversation.clientId,
    expectedVersion: conversation.version,
    lease,
    leaseUntil: 60_000,
    conversation: { owner: 'bot', status: 'open', awaiting: null },
    client: null,
    decidedMessageIds: [message.id],
    decision,
    outbound: [
      {
        message: {
          id: replyId,
          type: 'bot_auto',
          text: 'Hello',
          locale: 'en',
          createdAt: 2_000,
          attachments: [],
          quickReplies: [],
          sendAt: 2_000,
          decisionId: decision.id,
          operatorId: null,
        },
        delivery: { id: `delivery-${message.id}`, transport: 'webhook', expiresAt: null },
      },
    ],
    cancelDeliveries: null,
    supersede: [],
    settleReminder: reminder === null ? null : { status: 'cancelled', reason: 'client_answered', messageId: null },
    scheduleReminder: {
      tenant: TENANT,
      id: `reminder-${message.id}`,
      conversationId: conversation.id,
      episode: replyId,
      episodeAt: 2_000,
      step: 0,
      scenario: 'HELP',
      dueAt: 900_000,
      status: 'pending',
      reason: null,
      messageId: null,
      createdAt: 2_000,
      settledAt: null,
    },
    openTicket: null,
    updateTicket: null,
    addNote: null,
    watch: null,
    report: { minute: 1, scenario: 'REFERRAL', region: null, messageId: 'message' },
    tell: null,
    announce: null,
    events: [{ type: 'message.decided', at: 2_000, conversationId: conversation.id, data: { messageId: message.id } }],
  };
}

function record(messageId: string, conversationId: string, clientId: string): DecisionRecord {
  return {
    tenant: TENANT,
    id: `decision-${messageId}`,
    messageId,
    messageIds: [messageId],
    answers: [messageId],
    conversationId,
    clientId,
    decidedAt: 2_000,
    trigger: 'message',
    outcome: 'answered',
    rule: 'scenario',
    reason: 'the scenario has a reply',
    priority: 'normal',
    locale: 'en',
    classification: null,
    inputs: {
      isFirstMessage: false,
      owner: 'bot',
      status: 'open',
      awaiting: null,
      greetedAt: null,
      attachments: 0,
      supersedes: [],
      peopleAvailable: true,
      timesAsked: 1,
      runnerUp: null,
      thresholds: {},
    },
    rules: [],
    replies: [],
    ticketId: null,
    incidentId: null,
    versions: { policy: 'p', scenarios: 's', templates: 't' },
  };
}
