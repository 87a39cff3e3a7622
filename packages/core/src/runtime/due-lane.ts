import type { CommitParams } from '../ports/storage-commit';
import type { ConversationState, WorkKind, WorkLease } from '../ports/storage-work';
import type { EngineContext } from './context';
import { announce } from './wakeups';

type Kind = Extract<WorkKind, 'remind' | 'watch' | 'announce'>;

const AT_ONCE = 100;
/** Somebody changed the conversation meanwhile: at first it is judged anew at once, then whoever keeps changing it is let go first. */
const PAUSE_AFTER_CONFLICT_MS = 250;
const LONGEST_PAUSE_MS = 30_000;

/** Decides from the state as it is now; `null`: there is nothing to do any more. */
export type DueChanges<News> = (
  lease: WorkLease,
  state: ConversationState,
  now: number,
  news: News,
) => CommitParams | null;

/** Works off lanes whose time has come and which need the state, and maybe something read for all of them together. */
export class DueLane<News = null> {
  readonly #context: EngineContext;
  readonly #kind: Kind;
  readonly #changes: DueChanges<News>;
  readonly #read: (states: readonly ConversationState[], now: number) => Promise<News>;
  readonly #pick: (news: News, state: ConversationState) => News;
  readonly #running = new Set<Promise<unknown>>();

  constructor(
    context: EngineContext,
    kind: Kind,
    changes: DueChanges<News>,
    read: (states: readonly ConversationState[], now: number) => Promise<News>,
    /** Of what was read for all, the part that is for one. */
    pick: (news: News, state: ConversationState) => News = (news) => news,
  ) {
    this.#context = context;
    this.#kind = kind;
    this.#changes = changes;
    this.#read = read;
    this.#pick = pick;
  }

  /** Claims what is due and works it off; resolves to the number of conversations. */
  claimDue(): Promise<number> {
    const round = this.#round();
    const ended: Promise<void> = round.then(undefined, () => undefined).then(() => void this.#running.delete(ended));
    this.#running.add(ended);
    return round;
  }

  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
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
    const news = await this.#read(states, now);
    const byId = new Map(states.map((state) => [state.conversation.id, state]));
    const works = leases.map((lease) => this.#workOff(lease, byId.get(lease.conversationId), news));
    // All of them come to their end, whatever becomes of one.
    const failed = (await Promise.allSettled(works)).find((work) => work.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    return leases.length;
  }

  async #workOff(lease: WorkLease, state: ConversationState | undefined, news: News): Promise<void> {
    const { storage, tenant, clock, wakeups } = this.#context;
    const now = clock.now();
    const commit = state === undefined ? null : this.#changes(lease, state, now, this.#pick(news, state));
    if (commit === null) {
      await storage.release({ tenant, lease, dueAt: null });
      return;
    }
    const result = await storage.commit(commit);
    if (result.status === 'conflict') await storage.release({ tenant, lease, dueAt: now + pause(lease) });
    if (result.status === 'committed') {
      announce(wakeups, {
        ...(commit.outbound.length > 0 ? { deliver: now } : {}),
        ...(commit.announce?.dueAt == null ? {} : { announce: commit.announce.dueAt }),
      });
    }
  }
}

function pause({ claims }: WorkLease): number {
  return claims === 1 ? 0 : Math.min(PAUSE_AFTER_CONFLICT_MS * 2 ** Math.min(claims, 10), LONGEST_PAUSE_MS);
}
