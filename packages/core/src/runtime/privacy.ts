import { FirstlineError } from '../errors';
import type { ClientArchive } from '../model/client-archive';
import type { EngineContext } from './context';
import type { Housekeeping, PruneResult } from './housekeeping';
import { announce } from './wakeups';

/** What was removed with a client. */
export interface ErasedClient {
  readonly conversations: number;
  readonly messages: number;
}

/** What the law lets a client ask for, and what age asks for. */
export interface Privacy {
  /** Everything stored about a client, as plain JSON-safe data; `null`: the client is not known. */
  export(clientId: string, params?: { readonly operatorId?: string }): Promise<ClientArchive | null>;
  /**
   * Removes a client with everything that belongs to it, for good: conversations, messages, decisions, reminders,
   * tickets, notes, deliveries, due work. A send that is under way is not called back. A message that comes later starts
   * a new record. `null`: the client is not known.
   */
  erase(clientId: string, params?: { readonly operatorId?: string }): Promise<ErasedClient | null>;
  /** Removes everything that `policy.retention` says is too old, now. The worker does so by itself. */
  prune(params?: { readonly operatorId?: string }): Promise<PruneResult>;
}

export function privacy(context: EngineContext, housekeeping: Housekeeping): Privacy {
  const { storage, tenant, clock, wakeups } = context;
  return {
    export: async (clientId, { operatorId = 'operator' } = {}) => {
      const archive = await storage.archive({ tenant, now: clock.now(), clientId: known(clientId), operatorId });
      announce(wakeups, {});
      return archive;
    },
    erase: async (clientId, { operatorId = 'operator' } = {}) => {
      const erased = await storage.erase({ tenant, now: clock.now(), clientId: known(clientId), operatorId });
      announce(wakeups, {});
      return erased;
    },
    prune: ({ operatorId = 'operator' } = {}) => housekeeping.run(operatorId),
  };
}

function known(clientId: unknown): string {
  if (typeof clientId === 'string' && clientId !== '') return clientId;
  throw new FirstlineError('invalid_input', 'clientId: expected the id the client writes under', { path: 'clientId' });
}
