import { FirstlineError } from '../errors';
import type { Outcome } from '../model/outcome';
import type { Classification } from '../model/classification';
import type { Decision } from '../model/decision';
import type { InboundMessage } from '../model/message';
import { decide } from '../policies/decide';
import type { Cover } from '../policies/incident-cover';
import { type Turn, turnOf, type UnsentAnswer, withoutSuperseded } from '../policies/turns';
import type { ConversationState, WorkLease } from '../ports/storage-work';
import { stageOf } from '../policies/ownership';
import { answerLocale, classify, toldLocale } from './classify';
import type { EngineContext } from './context';
import { decisionChanges } from './decision-changes';
import { decidedOutcome, outcomeReply, storedOutcome } from './outcome';
import { TIME_IS_UP, withinTime } from './time-limit';
import { announce } from './wakeups';

/** A caller of `receive` that waits for the decision about one message. */
export interface PendingOutcome {
  readonly messageId: string;
  /** Resolves to `null` when the one who was deciding had to give up. */
  readonly decided: Promise<Outcome | null>;
  forget(): void;
}

interface Expectation {
  readonly decided: Promise<Outcome | null>;
  readonly tell: (outcome: Outcome | null) => void;
  callers: number;
}

/** Lanes claimed at once by the background worker. */
const LANES_AT_ONCE = 16;
/** People act on a conversation rarely; a decision that keeps colliding has another cause. */
const MAX_CONFLICTS = 20;
const FIRST_POLL_MS = 25;
const LAST_POLL_MS = 500;

/**
 * Decides messages, one of a conversation at a time and in order. Whoever holds a conversation's lane decides all that is
 * due in it; others who wait for one of those messages are told.
 */
export class Processor {
  readonly #context: EngineContext;
  /** By message; duplicates of one message share an entry. */
  readonly #expected = new Map<string, Expectation>();
  /** Lanes being worked off in this process, by conversation. */
  readonly #running = new Map<string, Promise<void>>();
  /** Lanes that were claimed because they were due, or are about to be; nobody waits for them. */
  #due = 0;

  constructor(context: EngineContext) {
    this.#context = context;
  }

  expect(messageId: string): PendingOutcome {
    const expectation = this.#expected.get(messageId) ?? newExpectation();
    expectation.callers += 1;
    this.#expected.set(messageId, expectation);
    const forget = (): void => {
      expectation.callers -= 1;
      if (expectation.callers === 0) this.#expected.delete(messageId);
    };
    return { messageId, decided: expectation.decided, forget };
  }

  /** Begins to work off a leased lane, in the background. */
  start(lease: WorkLease, state: ConversationState): void {
    void this.#begin(lease, state);
  }

  #begin(lease: WorkLease, state: ConversationState): Promise<void> {
    const { conversationId } = lease;
    const running = this.#run(lease, state).finally(() => {
      if (this.#running.get(conversationId) === running) this.#running.delete(conversationId);
    });
    this.#running.set(conversationId, running);
    return running;
  }

  /**
   * Claims due lanes and begins on them; resolves to their number. Of a backlog no more are under way than
   * `policy.work.concurrency`, and when there is room again the dispatcher is told.
   */
  async claimDue(): Promise<number> {
    const room = Math.min(LANES_AT_ONCE, this.#context.policy.work.concurrency - this.#due);
    if (room <= 0) return 0;
    this.#due += room;
    let begun: readonly Promise<void>[] = [];
    try {
      begun = await this.#claim({ limit: room });
    } finally {
      this.#due -= room - begun.length;
    }
    for (const running of begun) void running.then(() => this.#dueEnded());
    return begun.length;
  }

  /** Decides what is due in one conversation, unless another process is at it; resolves when that has ended. */
  async decideNow(conversationId: string): Promise<void> {
    await Promise.all(await this.#claim({ limit: 1, conversationId }));
    await this.#running.get(conversationId);
  }

  /** Each end is a chance to claim, and few at a time cost as much as many. */
  #dueEnded(): void {
    this.#due -= 1;
    const { clock, policy, wakeups } = this.#context;
    if (4 * (policy.work.concurrency - this.#due) >= policy.work.concurrency) wakeups.wake('process', clock.now());
  }

  async #claim(which: { readonly limit: number; readonly conversationId?: string }): Promise<readonly Promise<void>[]> {
    const { storage, tenant, clock, ids, policy } = this.#context;
    const now = clock.now();
    const leases = await storage.claim({
      tenant,
      kind: 'process',
      now,
      token: ids.next(),
      until: now + policy.work.leaseMs,
      ...which,
    });
    if (leases.length === 0) return [];
    const states = await storage.states({ tenant, conversationIds: leases.map((lease) => lease.conversationId) });
    const byId = new Map(states.map((state) => [state.conversation.id, state]));
    const begun: Promise<void>[] = [];
    for (const lease of leases) {
      const state = byId.get(lease.conversationId);
      if (state?.message != null) {
        begun.push(this.#begin(lease, state));
        continue;
      }
      await storage.release({ tenant, lease, dueAt: null });
      begun.push(Promise.resolve());
    }
    return begun;
  }

  /** Waits until nothing that was begun is under way. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running.values());
  }

  /** The decision about a message, whoever makes it; `null` when it takes longer than `policy.work.wait`. */
  async wait(pending: PendingOutcome, conversationId: string): Promise<Outcome | null> {
    const { clock, policy } = this.#context;
    const deadline = clock.now() + policy.work.waitMs;
    for (let pause = FIRST_POLL_MS; ; pause = Math.min(pause * 2, LAST_POLL_MS)) {
      const here = this.#running.get(conversationId);
      if (here !== undefined) {
        const outcome = await this.#within(policy.work.waitMs, [pending.decided, here]);
        if (outcome !== undefined) return outcome;
      }
      // Nobody in this process told us: another process holds the lane, or its holder died.
      const stored = await this.#stored(pending.messageId);
      if (stored?.decision != null) return stored;
      if (clock.now() >= deadline) return null;
      if ((await this.#claim({ limit: 1, conversationId })).length > 0) continue;
      const outcome = await this.#within(pause, [pending.decided]);
      if (outcome !== undefined) return outcome;
    }
  }

  /** The first answer again, for a message that was received before. */
  async duplicate(messageId: string, wait: boolean): Promise<Outcome> {
    const pending = wait ? this.expect(messageId) : null;
    try {
      const { storage, tenant } = this.#context;
      const stored = await storage.outcome({ tenant, messageId });
      if (stored === null) {
        throw new FirstlineError('internal', 'the message behind an idempotency key is gone');
      }
      if (pending !== null && stored.decision === null) {
        const outcome = await this.wait(pending, stored.conversation.id);
        if (outcome !== null) return { ...outcome, status: 'duplicate' };
      }
      return storedOutcome(stored, 'duplicate');
    } finally {
      pending?.forget();
    }
  }

  async #run(lease: WorkLease, first: ConversationState): Promise<void> {
    let state: ConversationState | null = first;
    while (state !== null && state.message !== null) {
      const { message, following }: ConversationState = state;
      try {
        state = await this.#decideNext(lease, { ...state, message });
      } catch (error) {
        await this.#giveBack(lease, [message, ...following], error);
        return;
      }
    }
  }

  /** Decides and commits one turn; returns what the lane has to do next, `null`: nothing, or not for us. */
  async #decideNext(
    lease: WorkLease,
    first: ConversationState & { readonly message: InboundMessage },
  ): Promise<ConversationState | null> {
    const context = this.#context;
    const { storage, tenant } = context;
    context.templates.refresh();
    let state = first;
    let turn = await this.#turn(state);
    let classification = await classify(context, turn.message, toldLocale(state, turn.message));
    for (let conflicts = 0; conflicts < MAX_CONFLICTS; conflicts += 1) {
      const now = context.clock.now();
      const asked = beforeReplaced(state, turn);
      const cover = await context.incidents.coverOf(asked, classification, now);
      const decision = this.#decide(asked, turn, classification, cover, now);
      const changes = decisionChanges(context, lease, asked, turn, classification, decision, now);
      const result = await storage.commit(changes.commit);
      if (result.status === 'lost') return null;
      if (result.status === 'committed') {
        const sendAt = changes.commit.outbound.find((reply) => reply.delivery !== null)?.message.sendAt;
        const lastAt = Math.max(...changes.commit.outbound.map((reply) => reply.message.sendAt), now);
        if (lastAt > now) context.typing.show(state.conversation.channel, lastAt);
        const remindAt = changes.commit.scheduleReminder?.dueAt;
        const watchAt = changes.commit.watch?.dueAt ?? undefined;
        announce(context.wakeups, {
          ...(sendAt === undefined ? {} : { deliver: sendAt }),
          ...(remindAt === undefined ? {} : { remind: remindAt }),
          ...(watchAt === undefined ? {} : { watch: watchAt }),
        });
        await this.#tell(turn, changes);
        return result.next;
      }
      // It may have been an incident that is over by now.
      context.incidents.forget();
      const [fresh] = await storage.states({ tenant, conversationIds: [lease.conversationId] });
      if (fresh?.message?.id !== first.message.id) return null;
      state = { ...fresh, message: fresh.message };
      const before = turn.message.text;
      turn = await this.#turn(state);
      if (turn.message.text !== before) {
        classification = await classify(context, turn.message, toldLocale(state, turn.message));
      }
    }
    throw new FirstlineError('conflict', 'the conversation kept changing while a message was being decided');
  }

  /** What is decided together. Only where people chat and the bot has spoken can there be a reply to replace. */
  async #turn(state: ConversationState & { readonly message: InboundMessage }): Promise<Turn> {
    const { storage, tenant, clock, policy } = this.#context;
    const { conversation, message, following } = state;
    const mayReplace =
      message.inTurn && policy.turns.enabled && stageOf(conversation) === 'bot' && conversation.lastOutboundAt !== null;
    const drafts = mayReplace ? await storage.drafts({ tenant, conversationId: conversation.id }) : [];
    const unsent = drafts.flatMap(({ deliveryId, reply, decision, answers }): UnsentAnswer[] => {
      if (decision === null) return [];
      const { decidedAt, inputs } = decision;
      return [{ deliveryId, replyId: reply.id, answers, decidedAt, awaitingBefore: inputs.awaiting }];
    });
    const limits = { ...policy.turns, maxTextLength: policy.receiving.maxTextLength };
    return turnOf(message, following, unsent, limits, clock.now());
  }

  #decide(
    state: ConversationState,
    turn: Turn,
    classification: Classification,
    cover: Cover | null,
    now: number,
  ): Decision {
    const context = this.#context;
    const { conversation, client } = state;
    return decide({
      conversation,
      client: { ...client, recent: withoutSuperseded(client.recent, turn.supersedes) },
      message: turn.message,
      classification,
      cover,
      scenarios: context.scenarios,
      templates: context.templates.current(),
      locale: answerLocale(context, state, turn.message),
      variables: context.variables,
      policy: context.policy,
      now,
      peopleThere: context.peopleThere(),
      attachedBefore: (state.ticket?.attachments.length ?? 0) > 0,
      moreToDecide: state.following.length >= turn.messageIds.length,
    });
  }

  async #tell({ message, messageIds }: Turn, changes: ReturnType<typeof decisionChanges>): Promise<void> {
    const waiting = messageIds.filter((id) => this.#expected.has(id));
    if (waiting.length === 0) return;
    const { storage, tenant } = this.#context;
    const { record, commit } = changes;
    const replies = commit.outbound.map((reply) => outcomeReply(reply.message));
    const ticket =
      changes.ticket ?? (record.ticketId === null ? null : await storage.ticket({ tenant, ticketId: record.ticketId }));
    for (const id of waiting) this.#expected.get(id)?.tell(decidedOutcome({ ...message, id }, record, replies, ticket));
  }

  /** The message stays due. Whoever waits is told to come back; a later claim tries again, with growing pauses. */
  async #giveBack(lease: WorkLease, messages: readonly InboundMessage[], error: unknown): Promise<void> {
    const { storage, tenant, clock, logger } = this.#context;
    const name = error instanceof Error ? error.name : typeof error;
    const code = error instanceof FirstlineError ? error.code : undefined;
    logger.error(
      { messageId: messages[0]?.id, error: name, code, claims: lease.claims },
      'could not decide a message; it stays due',
    );
    for (const { id } of messages) this.#expected.get(id)?.tell(null);
    const pause = Math.min(1_000 * 2 ** Math.min(lease.claims, 8), 120_000);
    try {
      await storage.release({ tenant, lease, dueAt: clock.now() + pause });
    } catch {
      // The lease runs out by itself.
    }
  }

  /** What comes first: an outcome, `null` (the decider gave up), or `undefined` (a lane or the time ended without one). */
  async #within(ms: number, events: readonly Promise<Outcome | null | void>[]): Promise<Outcome | null | undefined> {
    const first = await withinTime(this.#context.clock, ms, Promise.race(events));
    return first === TIME_IS_UP ? undefined : (first as Outcome | null | undefined);
  }

  async #stored(messageId: string): Promise<Outcome | null> {
    const { storage, tenant } = this.#context;
    const stored = await storage.outcome({ tenant, messageId });
    return stored === null ? null : storedOutcome(stored);
  }
}

/** A question in a reply that is replaced is never asked, and so not waited for either. */
function beforeReplaced(state: ConversationState, { supersedes: [replaced] }: Turn): ConversationState {
  if (replaced === undefined) return state;
  return { ...state, conversation: { ...state.conversation, awaiting: replaced.awaitingBefore } };
}

function newExpectation(): Expectation {
  let tell: Expectation['tell'] = () => undefined;
  const decided = new Promise<Outcome | null>((resolve) => (tell = resolve));
  return { decided, tell, callers: 0 };
}
