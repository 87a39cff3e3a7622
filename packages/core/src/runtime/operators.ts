import { FirstlineError } from '../errors';
import type { Conversation } from '../model/conversation';
import type { EventType, NewEvent } from '../model/event';
import type { OutcomeReply } from '../model/outcome';
import { cleanText } from '../policies/clean-text';
import { BOT_TYPES } from '../policies/delivery-gate';
import { type OwnershipAction, ownershipVerdict } from '../policies/ownership';
import type { CommitParams, ConversationState, NewOutbound } from '../ports/storage';
import type { EngineContext } from './context';
import { newDelivery } from './decision-changes';
import { emptyCommit } from './empty-commit';
import type { Processor } from './processor';
import { announce } from './wakeups';

export interface OperatorParams {
  /** Who acts. Default `'operator'`. */
  readonly operatorId?: string;
}

/** What a person says, and whether it still has to be sent. */
interface Words {
  readonly text: string;
  readonly send: boolean;
}

const EVENT_OF: Readonly<Record<OwnershipAction, EventType>> = {
  takeOver: 'conversation.taken_over',
  reply: 'conversation.taken_over',
  release: 'conversation.released',
  resolve: 'conversation.closed',
};
/** People are slow and the bot is quick: a step that keeps colliding has another cause. */
const MAX_CONFLICTS = 20;

/**
 * What people do. A takeover silences the bot in the same transaction: pending replies and reminders are cancelled, and
 * what was decided before is not sent after.
 */
export class Operators {
  readonly #context: EngineContext;
  readonly #processor: Processor;

  constructor(context: EngineContext, processor: Processor) {
    this.#context = context;
    this.#processor = processor;
  }

  /** A person takes the conversation. */
  async takeOver(conversationId: string, params: OperatorParams = {}): Promise<Conversation> {
    await this.#act('takeOver', conversationId, params.operatorId ?? 'operator', null);
    return this.#conversation(conversationId);
  }

  /** A person answers, and thereby takes the conversation. */
  async reply(conversationId: string, params: OperatorParams & { readonly text: string }): Promise<OutcomeReply> {
    return this.#say(conversationId, params, true);
  }

  async #say(
    conversationId: string,
    params: OperatorParams & { readonly text: string },
    send: boolean,
  ): Promise<OutcomeReply> {
    const text = cleanText(params.text);
    const limit = this.#context.policy.receiving.maxTextLength;
    if (text === '' || text.length > limit) {
      throw new FirstlineError('invalid_input', `text: expected 1 to ${limit} characters`, { path: 'text' });
    }
    const sent = await this.#act('reply', conversationId, params.operatorId ?? 'operator', { text, send });
    if (sent === null) throw new FirstlineError('internal', 'an operator reply was committed without its message');
    return sent;
  }

  /** A person answered somewhere else, and the host tells: recorded and not sent, otherwise the same as `reply`. */
  async recordReply(conversationId: string, params: OperatorParams & { readonly text: string }): Promise<OutcomeReply> {
    return this.#say(conversationId, params, false);
  }

  /** Hands the conversation back to the bot. */
  async release(conversationId: string, params: OperatorParams = {}): Promise<Conversation> {
    await this.#act('release', conversationId, params.operatorId ?? 'operator', null);
    return this.#conversation(conversationId);
  }

  /** Closes the conversation; the client's next message opens a new one. */
  async resolve(conversationId: string, params: OperatorParams = {}): Promise<Conversation> {
    await this.#act('resolve', conversationId, params.operatorId ?? 'operator', null);
    return this.#conversation(conversationId);
  }

  async #act(
    action: OwnershipAction,
    conversationId: string,
    operatorId: string,
    words: Words | null,
  ): Promise<OutcomeReply | null> {
    const { storage, tenant, clock, wakeups } = this.#context;
    for (let conflicts = 0; conflicts < MAX_CONFLICTS; conflicts += 1) {
      const [state] = await storage.states({ tenant, conversationIds: [conversationId] });
      if (state === undefined) throw notFound(conversationId);
      const now = clock.now();
      const commit = this.#changes(action, state, operatorId, words, now);
      if (commit === null) return null;
      const result = await storage.commit(commit);
      if (result.status === 'committed') {
        announce(wakeups, commit.outbound.length > 0 ? { deliver: now } : {});
        const said = commit.outbound[0]?.message;
        return said === undefined
          ? null
          : { messageId: said.id, text: said.text, type: said.type, sendAt: said.sendAt };
      }
      // Closing waits for messages that are still undecided; deciding them may answer or escalate them first.
      if (state.message !== null) await this.#decidePending(conversationId);
    }
    throw new FirstlineError('conflict', 'the conversation kept changing; try again', { retryAfterMs: 1_000 });
  }

  async #decidePending(conversationId: string): Promise<void> {
    await this.#processor.claimDue(conversationId);
    await this.#processor.idle();
  }

  #changes(
    action: OwnershipAction,
    state: ConversationState,
    operatorId: string,
    words: Words | null,
    now: number,
  ): CommitParams | null {
    const { conversation, client, reminder } = state;
    const verdict = ownershipVerdict(action, conversation, operatorId);
    if (!verdict.allowed) throw new FirstlineError('conflict', `${action}: ${verdict.reason}`);
    if (!verdict.changes && words === null) return null;
    const reason = action === 'resolve' ? 'resolved' : 'taken_over';
    const silences = verdict.changes && action !== 'release';
    const events: NewEvent[] = [];
    if (verdict.changes)
      events.push({ type: EVENT_OF[action], at: now, conversationId: conversation.id, data: { operatorId } });
    if (silences && reminder !== null) {
      const data = { reminderId: reminder.id, status: 'cancelled', reason };
      events.push({ type: 'reminder.settled', at: now, conversationId: conversation.id, data });
    }
    return {
      ...emptyCommit(conversation, now),
      conversation: {
        owner: verdict.owner,
        status: verdict.status,
        operatorId: verdict.operatorId,
        ...(verdict.changes ? { awaiting: null } : {}),
        ...(verdict.status === 'closed' ? { closedAt: now } : {}),
        ...(verdict.ticket === 'resolved' ? { ticketId: null } : {}),
      },
      client:
        verdict.owner === 'human' && client.recent.length > 0 ? { expectedVersion: client.version, recent: [] } : null,
      outbound: words === null ? [] : [this.#outbound(conversation, operatorId, words, now)],
      cancelDeliveries: silences ? { types: action === 'resolve' ? ['reminder'] : BOT_TYPES, reason } : null,
      settleReminder: silences && reminder !== null ? { status: 'cancelled', reason, messageId: null } : null,
      updateTicket:
        verdict.ticket === null || conversation.ticketId === null
          ? null
          : { id: conversation.ticketId, status: verdict.ticket, assignee: verdict.operatorId ?? operatorId },
      events,
    };
  }

  #outbound(conversation: Conversation, operatorId: string, { text, send }: Words, now: number): NewOutbound {
    const { ids, policy } = this.#context;
    return {
      message: {
        id: ids.next(),
        type: 'operator',
        text,
        locale: conversation.locale,
        createdAt: now,
        sendAt: now,
        decisionId: null,
        operatorId,
      },
      delivery: send ? newDelivery(this.#context, conversation, now + policy.delivery.maxAgeMs) : null,
    };
  }

  async #conversation(conversationId: string): Promise<Conversation> {
    const { storage, tenant } = this.#context;
    const conversation = await storage.conversation({ tenant, conversationId });
    if (conversation === null) throw notFound(conversationId);
    return conversation;
  }
}

function notFound(conversationId: string): FirstlineError {
  return new FirstlineError('not_found', `there is no conversation ${conversationId}`, { path: 'conversationId' });
}
