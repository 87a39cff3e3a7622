import type { Conversation } from '../model/conversation';
import type { Delivery } from '../model/delivery';
import type { OutboundType } from '../model/message';

/** What the bot says on its own account; nothing of it may follow once a person speaks. */
export const BOT_TYPES: readonly OutboundType[] = [
  ...(['greeting', 'bot_auto', 'escalation_notice', 'reminder'] as const),
  ...(['incident_notice', 'incident_resolved'] as const),
];

export type DeliveryVerdict =
  | { readonly action: 'send' }
  | { readonly action: 'settle'; readonly status: 'cancelled' | 'expired'; readonly reason: string };

/**
 * The last look before a message leaves, taken inside the transaction that begins the attempt: a reply decided before a
 * takeover is not sent after it, a reminder not after the client's answer, and nothing after its expiry.
 */
export function deliveryVerdict(delivery: Delivery, conversation: Conversation, now: number): DeliveryVerdict {
  if (conversation.owner === 'human' && BOT_TYPES.includes(delivery.type)) {
    return { action: 'settle', status: 'cancelled', reason: 'taken_over' };
  }
  if (delivery.type === 'reminder') {
    if (conversation.status === 'closed') return { action: 'settle', status: 'cancelled', reason: 'resolved' };
    // Within the same millisecond it is safer to say nothing: the client has just written.
    if (conversation.lastInboundAt >= delivery.createdAt) {
      return { action: 'settle', status: 'cancelled', reason: 'client_answered' };
    }
  }
  if (delivery.expiresAt !== null && now > delivery.expiresAt) {
    return { action: 'settle', status: 'expired', reason: 'too_late' };
  }
  return { action: 'send' };
}
