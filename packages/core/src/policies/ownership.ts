import type { Conversation, ConversationStatus, Owner } from '../model/conversation';
import type { TicketStatus } from '../model/ticket';

/**
 * What people do to a conversation. Read a row as: in this state, this action leads there; anything not listed is refused.
 *
 * | action   | from                                    | to                       | ticket      |
 * |----------|-----------------------------------------|--------------------------|-------------|
 * | takeOver | bot: open, waiting_on_*                 | human: open              | in_progress |
 * | takeOver | human: open, same operator              | unchanged                | unchanged   |
 * | reply    | as takeOver, then the words are sent    | human: open              | in_progress |
 * | release  | human: open                             | bot: open                | resolved    |
 * | resolve  | any but closed                          | bot: closed              | resolved    |
 */
export type OwnershipAction = 'takeOver' | 'reply' | 'release' | 'resolve';

export type OwnershipVerdict =
  | {
      readonly allowed: true;
      readonly changes: boolean;
      readonly owner: Owner;
      readonly status: ConversationStatus;
      readonly operatorId: string | null;
      readonly ticket: TicketStatus | null;
    }
  | { readonly allowed: false; readonly reason: string };

export function ownershipVerdict(
  action: OwnershipAction,
  conversation: Conversation,
  operatorId: string,
): OwnershipVerdict {
  if (conversation.status === 'closed') {
    return { allowed: false, reason: "the conversation is closed; the client's next message opens a new one" };
  }
  switch (action) {
    case 'takeOver':
    case 'reply': {
      if (conversation.owner === 'human') {
        if (action === 'takeOver' && conversation.operatorId !== operatorId) {
          return { allowed: false, reason: 'another operator owns the conversation; ask for its release first' };
        }
        return { ...same(conversation), changes: false };
      }
      return { allowed: true, changes: true, owner: 'human', status: 'open', operatorId, ticket: 'in_progress' };
    }
    case 'release':
      if (conversation.owner === 'bot') return { allowed: false, reason: 'the bot owns the conversation already' };
      return { allowed: true, changes: true, owner: 'bot', status: 'open', operatorId: null, ticket: 'resolved' };
    case 'resolve':
      return { allowed: true, changes: true, owner: 'bot', status: 'closed', operatorId: null, ticket: 'resolved' };
  }
}

function same(conversation: Conversation): Extract<OwnershipVerdict, { allowed: true }> {
  const { owner, status, operatorId } = conversation;
  return { allowed: true, changes: false, owner, status, operatorId, ticket: null };
}
