import type { Conversation } from '../model/conversation';
import type { Ticket } from '../model/ticket';
import { attendance } from '../policies/hours/attendance';
import type { CommitParams } from '../ports/storage-commit';
import type { EngineContext } from './context';

/** When to look again at what people owe this conversation; given the conversation and its open ticket as they will be. */
export function watchFor(
  { policy }: EngineContext,
  conversation: Conversation,
  ticket: Ticket | null,
  now: number,
): NonNullable<CommitParams['watch']> {
  return { dueAt: attendance(conversation, ticket, policy.people, now).nextAt };
}
