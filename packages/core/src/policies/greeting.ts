import type { Client } from '../model/client';
import type { Policy } from '../model/policy';

/** Whether this client is to be greeted now; decided by the client's record, never by looking at recent messages. */
export function shouldGreet(client: Client, policy: Policy['greeting'], now: number): boolean {
  if (!policy.enabled) return false;
  if (client.greetedAt === null) return true;
  return policy.againAfterMs !== null && now - client.greetedAt >= policy.againAfterMs;
}
