import { FirstlineError } from '../errors';
import type { Outcome } from '../model/outcome';
import type { ReceiveInput } from '../model/receive-input';
import type { RateLimitRequest } from '../ports/rate-limiter';
import type { AcceptParams } from '../ports/storage';
import type { EngineContext } from './context';
import type { Processor } from './processor';
import { type CheckedInput, checkInput } from './receive-input';
import { announce } from './wakeups';

export interface ReceiveOptions {
  /** `false`: return as soon as the message is safely stored; it is decided in the background. Default true. */
  readonly wait?: boolean;
}

/** Takes one message in: checks it, limits the rate, stores it once, and has it decided. */
export async function receive(
  context: EngineContext,
  processor: Processor,
  input: ReceiveInput,
  options: ReceiveOptions,
): Promise<Outcome> {
  const wait = options.wait ?? true;
  const checked = checkInput(context, input);
  const now = context.clock.now();
  await limitRate(context, checked, now);

  const messageId = context.ids.next();
  // Registered before the message exists, so that a decision made by whoever holds the lane cannot be missed.
  const pending = wait ? processor.expect(messageId) : null;
  try {
    const params = acceptParams(context, checked, messageId, now, wait);
    const accepted = await context.storage.accept(params);
    if (accepted.status === 'duplicate') {
      if (!accepted.sameContent) {
        throw new FirstlineError(
          'idempotency_key_reused',
          'id: this key was used before for a message with another content; every message needs its own',
          { path: 'id' },
        );
      }
      return await processor.duplicate(accepted.messageId, wait);
    }
    announce(context.wakeups, wait ? {} : { process: now + (params.turn?.quietMs ?? 0) });
    const { message, conversation, opened, work } = accepted;
    if (work !== null) processor.start(work.lease, work.state);
    const base = {
      conversationId: conversation.id,
      messageId: message.id,
      isFirstMessage: message.seq === 1 || opened,
    };
    if (pending === null) return undecided(base);
    return (await processor.wait(pending, conversation.id)) ?? undecided(base);
  } finally {
    pending?.forget();
  }
}

function acceptParams(
  context: EngineContext,
  checked: CheckedInput,
  messageId: string,
  now: number,
  wait: boolean,
): AcceptParams {
  const { duplicateWindowMs } = context.policy.receiving;
  return {
    tenant: context.tenant,
    now,
    message: {
      id: messageId,
      clientId: checked.clientId,
      text: checked.text,
      originalText: checked.originalText,
      locale: checked.locale,
      attachments: checked.attachments,
      automated: checked.automated,
    },
    turn: wait || checked.automated ? null : turnLimits(context, checked),
    newConversationId: context.ids.next(),
    client: { name: checked.clientName, locale: checked.locale, region: checked.region },
    channel: checked.channel,
    channelKey: checked.channelKey,
    defaultChannel: context.defaultChannel,
    idempotency: idempotency(checked, duplicateWindowMs, now),
    lease: wait ? { token: context.ids.next(), until: now + context.policy.work.leaseMs } : null,
  };
}

/** Where people chat, a message waits for the rest of the thought; somebody who waits for the answer gets it at once. */
function turnLimits(context: EngineContext, { channel }: CheckedInput): AcceptParams['turn'] {
  const { quietMs, maxWaitMs, enabled } = context.policy.turns;
  const transport = channel?.transport ?? context.defaultChannel?.channel.transport;
  const chats = transport !== undefined && context.transports.get(transport)?.chat === true;
  return enabled && chats ? { quietMs, maxWaitMs } : null;
}

function idempotency(checked: CheckedInput, windowMs: number, now: number): AcceptParams['idempotency'] {
  const { fingerprint } = checked;
  if (checked.id !== null) return { key: `id:${checked.id}`, fingerprint, expiresAt: null };
  if (windowMs === 0) return null;
  return { key: `content:${fingerprint}`, fingerprint, expiresAt: now + windowMs };
}

/** Client and source are counted together, once, and only when neither refuses. */
async function limitRate(context: EngineContext, checked: CheckedInput, now: number): Promise<void> {
  const { clientRateLimit, sourceRateLimit } = context.policy.receiving;
  const requests: RateLimitRequest[] = [];
  if (clientRateLimit !== null) {
    requests.push({ key: `${context.tenant}:client:${checked.clientId}`, ...clientRateLimit });
  }
  if (sourceRateLimit !== null && checked.source !== null) {
    requests.push({ key: `${context.tenant}:source:${checked.source}`, ...sourceRateLimit });
  }
  if (requests.length === 0) return;
  const verdict = await context.rateLimiter.consume({ requests, now });
  if (verdict.allowed) return;
  throw new FirstlineError('rate_limited', 'too many messages; repeat this one later', {
    retryAfterMs: verdict.retryAfterMs,
  });
}

function undecided(base: Pick<Outcome, 'conversationId' | 'messageId' | 'isFirstMessage'>): Outcome {
  return {
    ...base,
    status: 'accepted',
    decision: null,
    priority: null,
    classification: null,
    replies: [],
    ticket: null,
    incident: null,
  };
}
