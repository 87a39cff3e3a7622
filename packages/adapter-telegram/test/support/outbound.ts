import type { Attachment, JsonObject, OutboundDelivery, SendContext } from '@firstline/core';

const CREATED_AT = Date.UTC(2026, 1, 3, 4, 5, 6);
const TEXT = 'Пришлите, пожалуйста, скриншот ошибки 🙏 <b>как есть</b> *_`[';

export interface OutboundParams {
  readonly address: JsonObject;
  readonly id?: string;
  readonly text?: string;
  readonly attachments?: readonly Attachment[];
  readonly quickReplies?: readonly string[];
}

export function outbound(params: OutboundParams): OutboundDelivery {
  const { address, id = 'dlv-1', text = TEXT, attachments = [], quickReplies = [] } = params;
  const common = { tenant: 'default', conversationId: 'cnv-1', clientId: 'c-42', type: 'bot_auto', seq: 7 } as const;
  return {
    message: {
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
      sendAt: CREATED_AT,
    },
    delivery: {
      ...common,
      id,
      messageId: 'msg-1',
      transport: 'telegram',
      status: 'pending',
      reason: null,
      attempts: 0,
      attemptsThisRun: 0,
      nextAttemptAt: CREATED_AT,
      expiresAt: null,
      createdAt: CREATED_AT,
      settledAt: null,
    },
    channel: { transport: 'telegram', address },
  };
}

export function context(attempt = 1, signal = new AbortController().signal): SendContext {
  return { attempt, now: CREATED_AT, signal };
}
