import type { NewEvent } from '@firstline/core';
import type { SqlExecutor } from './driver';
import type { SqlQueries } from './queries';

interface Removal {
  readonly at: number;
  readonly reason: 'erased' | 'retention';
  readonly operatorId: string | null;
}

/** What the feed is told of conversations that are removed. */
export function removalEvents(
  conversationIds: readonly string[],
  { at, reason, operatorId }: Removal,
): readonly NewEvent[] {
  const data = { reason, operatorId };
  return conversationIds.map((conversationId) => ({ type: 'conversation.erased', at, conversationId, data }));
}

/**
 * Removes conversations with everything that belongs to them but what the feed is told of their removal; resolves to the number
 * of messages that was.
 */
export async function removeConversations(
  q: SqlQueries,
  tx: SqlExecutor,
  tenant: string,
  conversationIds: readonly string[],
): Promise<number> {
  if (conversationIds.length === 0) return 0;
  const of = { tenant, ids: JSON.stringify(conversationIds) };
  // Deliveries lead to their attempts, and messages to decisions and keys.
  await tx.run(q.removal.attempts, of);
  await tx.run(q.removal.deliveries, of);
  await tx.run(q.removal.decisions, of);
  await tx.run(q.removal.idempotencyKeys, of);
  const messages = await tx.run(q.removal.messages, of);
  await tx.run(q.removal.reminders, of);
  await tx.run(q.removal.tickets, of);
  await tx.run(q.removal.notes, of);
  await tx.run(q.removal.work, of);
  await tx.run(q.removal.events, of);
  const keys = (await tx.all(q.conversations.channelKeys, of)).flatMap((row) => row.channel_key ?? []);
  await tx.run(q.removal.conversations, of);
  // Made from the clients' addresses: they go with the last conversation that leads there.
  if (keys.length > 0) await tx.run(q.endpoints.removeLeft, { tenant, keys: JSON.stringify([...new Set(keys)]) });
  return messages;
}
