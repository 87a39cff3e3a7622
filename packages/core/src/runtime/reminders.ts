import type { ConversationState, WorkLease } from '../ports/storage';
import type { EngineContext } from './context';
import { reminderChanges } from './reminder-changes';
import { announce } from './wakeups';

const REMINDERS_AT_ONCE = 100;

/** Fires due reminders: looks at the conversation as it is now, and sends, drops or moves on. */
export class Reminders {
  readonly #context: EngineContext;
  #running: Promise<unknown> = Promise.resolve();

  constructor(context: EngineContext) {
    this.#context = context;
  }

  /** Claims due reminders and works them off; resolves to their number. */
  claimDue(): Promise<number> {
    const round = this.#round();
    this.#running = round.catch(() => undefined);
    return round;
  }

  async idle(): Promise<void> {
    await this.#running;
  }

  async #round(): Promise<number> {
    const { storage, tenant, clock, ids, policy } = this.#context;
    const now = clock.now();
    const leases = await storage.claim({
      tenant,
      kind: 'remind',
      now,
      token: ids.next(),
      until: now + policy.work.leaseMs,
      limit: REMINDERS_AT_ONCE,
    });
    if (leases.length === 0) return 0;
    const states = await storage.states({ tenant, conversationIds: leases.map((lease) => lease.conversationId) });
    const byId = new Map(states.map((state) => [state.conversation.id, state]));
    await Promise.all(leases.map((lease) => this.#fire(lease, byId.get(lease.conversationId))));
    return leases.length;
  }

  /** A conflict means that somebody changed the conversation meanwhile: the reminder is due again at once, and judged anew. */
  async #fire(lease: WorkLease, state: ConversationState | undefined): Promise<void> {
    const { storage, tenant, clock, wakeups } = this.#context;
    if (state?.reminder == null) {
      await storage.release({ tenant, lease, dueAt: null });
      return;
    }
    const now = clock.now();
    const { reminder } = state;
    const commit = reminderChanges({ context: this.#context, lease, state, reminder, now });
    const result = await storage.commit(commit);
    if (result.status === 'conflict') await storage.release({ tenant, lease, dueAt: now });
    if (result.status === 'committed') announce(wakeups, commit.outbound.length > 0 ? { deliver: now } : {});
  }
}
