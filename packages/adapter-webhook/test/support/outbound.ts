import type { Attachment, Ingress, JsonObject, OutboundDelivery, SendContext } from '@firstline/core';

/** Of the published test vector of Standard Webhooks; not in use anywhere. */
export const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
export const OTHER_SECRET = `whsec_${Buffer.alloc(32, 0xa5).toString('base64')}`;
/** Of the published `v1a` vector, of the Svix server's tests; not in use anywhere either. */
export const SECRET_KEY =
  'whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==';
export const PUBLIC_KEY = 'whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=';
/** 32 bytes are a seed alone. */
export const OTHER_SECRET_KEY = `whsk_${Buffer.alloc(32, 0x5a).toString('base64')}`;

export const CREATED_AT = Date.UTC(2026, 1, 3, 4, 5, 6);
export const TEXT = 'Пришлите, пожалуйста, скриншот ошибки 🙏 "как есть"';

export interface OutboundParams {
  readonly url?: string;
  readonly address?: JsonObject;
  readonly id?: string;
  readonly text?: string;
  readonly attachments?: readonly Attachment[];
  readonly quickReplies?: readonly string[];
}

export function outbound(params: OutboundParams): OutboundDelivery {
  const { url = '', address = { url }, id = 'dlv-1', text = TEXT, attachments = [], quickReplies = [] } = params;
  const common = { tenant: 'default', conversationId: 'cnv-1', clientId: 'c-42', type: 'bot_auto', seq: 7 } as const;
  const message = {
    ...common,
    id: 'msg-1',
    direction: 'outbound',
    text,
    locale: 'ru',
    createdAt: CREATED_AT,
    decisionId: 'dec-1',
    operatorId: null,
    attachments,
    quickReplies,
    sendAt: CREATED_AT + 3_000,
  } as const;
  const delivery = {
    ...common,
    id,
    messageId: message.id,
    transport: 'webhook',
    status: 'pending',
    reason: null,
    attempts: 1,
    attemptsThisRun: 1,
    nextAttemptAt: CREATED_AT,
    expiresAt: null,
    createdAt: CREATED_AT,
    settledAt: null,
  } as const;
  return { delivery, message, channel: { transport: 'webhook', address } };
}

/** `now` is the real time unless said otherwise, since the verifying library reads the real clock. */
export function context({ now = Date.now(), signal = new AbortController().signal } = {}): SendContext {
  return { attempt: 1, now, signal };
}

/** For `start`: this transport only sends. */
export const noIngress: Ingress = {
  receive: () => Promise.reject(new Error('nothing is received here')),
  revive: () => Promise.resolve(),
  alert: () => Promise.resolve(),
};
