import type { CommitParams } from '../ports/storage-commit';
import type { ConversationState, WorkKind, WorkLease } from '../ports/storage-work';
import type { EngineContext } from './context';
import { announce } from './wakeups';

const AT_ONCE = 100;

/** Decides from the state as it is now; `null`: there is nothing to do any more. */
export type DueChanges = (lease: WorkLease, state: ConversationState, now: number) => CommitParams | null;

/** Works off lanes whose time has come and which need nothing but the state: reminders, and what people owe. */
export class DueLane {
  readonly #context: EngineContext;
  readonly #kind: Extract<WorkKind, 'remind' | 'watch'>;
  readonly #changes: DueChanges;
  #running: Promise<unknown> = Promise.resolve();

  constructor(context: EngineContext, kind: Extract<WorkKind, 'remind' | 'watch'>, changes: DueChanges) {
    this.#context = context;
    this.#kind = kind;
    this.#changes = changes;
  }

  /** Claims what is due and works it off; resolves to the number of conversations. */
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
      kind: this.#kind,
      now,
      token: ids.next(),
      until: now + policy.work.leaseMs,
      limit: AT_ONCE,
    });
    if (leases.length === 0) return 0;
    const states = await storage.states({ tenant, conversationIds: leases.map((lease) => lease.conversationId) });
    const byId = new Map(states.map((state) => [state.conversation.id, state]));
    await Promise.all(leases.map((lease) => this.#workOff(lease, byId.get(lease.conversationId))));
    return leases.length;
  }

  /** A conflict means that somebody changed the conversation meanwhile: it is due again at once, and judged anew. */
  async #workOff(lease: WorkLease, state: ConversationState | undefined): Promise<void> {
    const { storage, tenant, clock, wakeups } = this.#context;
    const now = clock.now();
    const commit = state === undefined ? null : this.#changes(lease, state, now);
    if (commit === null) {
      await storage.release({ tenant, lease, dueAt: null });
      return;
    }
    const result = await storage.commit(commit);
    if (result.status === 'conflict') await storage.release({ tenant, lease, dueAt: now });
    if (result.status === 'committed') announce(wakeups, commit.outbound.length > 0 ? { deliver: now } : {});
  }
}
