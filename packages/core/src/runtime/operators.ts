import { z } from 'zod';
import { FirstlineError } from '../errors';
import type { Conversation } from '../model/conversation';
import type { Attachment } from '../model/message';
import type { Note } from '../model/note';
import type { OutcomeReply } from '../model/outcome';
import { attachmentsSchema } from '../policies/attachment-schema';
import { cleanText } from '../policies/clean-text';
import { strictObject } from '../policies/strict-object';
import { type OwnershipAction, refusal } from '../policies/ownership';
import type { CommitParams } from '../ports/storage-commit';
import type { ConversationState } from '../ports/storage-work';
import { checkId, checkParams, operatorSchema } from './check-params';
import type { EngineContext } from './context';
import { emptyCommit } from './empty-commit';
import { outcomeReply } from './outcome';
import { operatorChanges, type Words } from './operator-changes';
import type { Processor } from './processor';
import { announce } from './wakeups';

export interface OperatorParams {
  /** Who acts, 1 to 255 characters. Default `'operator'`, where it is left out; `undefined` is refused. */
  readonly operatorId?: string;
}

export interface ReplyParams extends OperatorParams {
  /** May be empty only when there is an attachment. */
  readonly text: string;
  /** At most 20. Default none. */
  readonly attachments?: readonly Attachment[];
}

// The text is checked by the policy's limit, behind this.
const noteSchema = strictObject({ ...operatorSchema.shape, text: z.string('expected a text') });
const replySchema = strictObject({ ...noteSchema.shape, attachments: attachmentsSchema.optional() });

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
    await this.#act('takeOver', conversationId, params, null);
    return this.#conversation(conversationId);
  }

  /** A person answers, and thereby takes the conversation. */
  async reply(conversationId: string, params: ReplyParams): Promise<OutcomeReply> {
    return this.#say(conversationId, params, true);
  }

  /** A person answered somewhere else, and the host tells: recorded and not sent, otherwise the same as `reply`. */
  async recordReply(conversationId: string, params: ReplyParams): Promise<OutcomeReply> {
    return this.#say(conversationId, params, false);
  }

  /** Hands the conversation back to the bot. */
  async release(conversationId: string, params: OperatorParams = {}): Promise<Conversation> {
    await this.#act('release', conversationId, params, null);
    return this.#conversation(conversationId);
  }

  /** Closes the conversation; the client's next message opens a new one. */
  async resolve(conversationId: string, params: OperatorParams = {}): Promise<Conversation> {
    await this.#act('resolve', conversationId, params, null);
    return this.#conversation(conversationId);
  }

  /** Writes something down for other people; allowed in every state, and changes nothing else. */
  async note(conversationId: string, params: OperatorParams & { readonly text: string }): Promise<Note> {
    checkId(conversationId, 'conversationId');
    const { text: given, operatorId = 'operator' } = checkParams(noteSchema, params, 'params');
    const text = this.#text(given);
    const { ids, tenant } = this.#context;
    const noteId = ids.next();
    const { addNote } = await this.#commit(conversationId, ({ conversation }, now) => {
      const { ticketId } = conversation;
      const note: Note = { tenant, id: noteId, conversationId, ticketId, operatorId, text, createdAt: now };
      const data = { noteId, operatorId };
      const events = [{ type: 'conversation.noted', at: now, conversationId, data }] as const;
      return { ...emptyCommit(conversation, now), addNote: note, events };
    });
    if (addNote === null) throw new FirstlineError('internal', 'a note was committed without its text');
    return addNote;
  }

  async #say(conversationId: string, params: ReplyParams, send: boolean): Promise<OutcomeReply> {
    const { text: given, attachments: files = [], ...who } = checkParams(replySchema, params, 'params');
    const attachments = files as readonly Attachment[];
    const text = this.#text(given, attachments.length > 0);
    const sent = await this.#act('reply', conversationId, who, { text, attachments, send });
    const said = sent?.outbound[0]?.message;
    if (said === undefined) throw new FirstlineError('internal', 'an operator reply was committed without its message');
    return outcomeReply(said);
  }

  #text(given: string, mayBeEmpty = false): string {
    const text = cleanText(given);
    const limit = this.#context.policy.receiving.maxTextLength;
    if (mayBeEmpty && given === '') return text;
    if (text !== '' && text.length <= limit) return text;
    throw new FirstlineError('invalid_input', `text: expected 1 to ${limit} characters`, { path: 'text' });
  }

  async #act(
    action: OwnershipAction,
    conversationId: string,
    params: OperatorParams,
    words: Words | null,
  ): Promise<CommitParams | null> {
    checkId(conversationId, 'conversationId');
    const { operatorId = 'operator' } = checkParams(operatorSchema, params, 'params');
    return this.#commit(conversationId, (state, now) => {
      const reason = refusal(action, state.conversation, operatorId);
      if (reason !== null) throw new FirstlineError('conflict', `${action}: ${reason}`);
      return operatorChanges(this.#context, action, state, operatorId, words, now);
    });
  }

  /** Writes what `changes` makes of the state, again as often as somebody else was quicker; `null`: nothing to write. */
  async #commit<T extends CommitParams | null>(
    conversationId: string,
    changes: (state: ConversationState, now: number) => T,
  ): Promise<T> {
    const { storage, tenant, clock, wakeups } = this.#context;
    for (let conflicts = 0; conflicts < MAX_CONFLICTS; conflicts += 1) {
      const [state] = await storage.states({ tenant, conversationIds: [conversationId] });
      if (state === undefined) throw notFound(conversationId);
      const now = clock.now();
      const commit = changes(state, now);
      if (commit === null) return commit;
      const result = await storage.commit(commit);
      if (result.status === 'committed') {
        const watchAt = commit.watch?.dueAt ?? undefined;
        announce(wakeups, {
          ...(commit.outbound.length > 0 ? { deliver: now } : {}),
          ...(watchAt === undefined ? {} : { watch: watchAt }),
        });
        return commit;
      }
      // Closing waits for messages that are still undecided; deciding them may answer or escalate them first.
      if (commit.conversation.status === 'closed' && state.message !== null) await this.#decidePending(conversationId);
    }
    throw new FirstlineError('conflict', 'the conversation kept changing; try again', { retryAfterMs: 1_000 });
  }

  async #decidePending(conversationId: string): Promise<void> {
    await this.#processor.decideNow(conversationId);
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
