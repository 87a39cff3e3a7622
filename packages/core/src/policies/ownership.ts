import type { Conversation, ConversationStatus, Owner } from '../model/conversation';

/** Owner and status of a conversation taken together: the states of the machine below. */
export type ConversationStage = 'bot' | 'waiting_on_person' | 'waiting_on_incident' | 'human' | 'closed';

/**
 * What can happen to a conversation.
 *
 * - by people: `takeOver`, `reply`, `release`, `resolve`
 * - by a decision: `escalate` (a person is needed), `thank` (the client says thanks, and needs nothing more)
 * - by time: `lapse` (the person who owns it stayed silent past `policy.people.silentAfter`)
 * - by an incident: `cover` (it explains what the client wrote), `recover` (it is over)
 */
export type OwnershipStep =
  'takeOver' | 'reply' | 'release' | 'resolve' | 'escalate' | 'thank' | 'lapse' | 'cover' | 'recover';

/**
 * Who may do what, and where it leads. Read a row as: in this stage, that step leads there; a step that is not listed is
 * refused to a person, and ignored where nobody asked for it.
 *
 * | stage               | takeOver, reply | release | resolve | escalate          | thank  | lapse             | cover               | recover |
 * |---------------------|-----------------|---------|---------|-------------------|--------|-------------------|---------------------|---------|
 * | bot                 | human           | –       | closed  | waiting_on_person | closed | –                 | waiting_on_incident | –       |
 * | waiting_on_person   | human           | –       | closed  | stays             | stays  | –                 | stays               | stays   |
 * | waiting_on_incident | human           | –       | closed  | waiting_on_person | stays  | –                 | stays               | closed  |
 * | human               | stays           | bot     | closed  | –                 | –      | waiting_on_person | –                   | –       |
 * | closed              | –               | –       | –       | –                 | –      | –                 | –                   | –       |
 *
 * What the bot does in each: `bot` answers. `waiting_on_person` answers what needs no person and counts the rest on the
 * ticket. `waiting_on_incident` answers what is about something else. `human` stores messages and says nothing.
 * `closed` is final: the client's next message opens a new conversation.
 */
export const STAGES: Readonly<Record<ConversationStage, Readonly<Partial<Record<OwnershipStep, ConversationStage>>>>> =
  {
    bot: {
      takeOver: 'human',
      reply: 'human',
      resolve: 'closed',
      escalate: 'waiting_on_person',
      thank: 'closed',
      cover: 'waiting_on_incident',
    },
    waiting_on_person: {
      takeOver: 'human',
      reply: 'human',
      resolve: 'closed',
      escalate: 'waiting_on_person',
      thank: 'waiting_on_person',
      cover: 'waiting_on_person',
      recover: 'waiting_on_person',
    },
    waiting_on_incident: {
      takeOver: 'human',
      reply: 'human',
      resolve: 'closed',
      escalate: 'waiting_on_person',
      thank: 'waiting_on_incident',
      cover: 'waiting_on_incident',
      recover: 'closed',
    },
    human: { takeOver: 'human', reply: 'human', release: 'bot', resolve: 'closed', lapse: 'waiting_on_person' },
    closed: {},
  };

/** The stage as it is stored. */
const STORED: Readonly<Record<ConversationStage, { readonly owner: Owner; readonly status: ConversationStatus }>> = {
  bot: { owner: 'bot', status: 'open' },
  waiting_on_person: { owner: 'bot', status: 'waiting_on_person' },
  waiting_on_incident: { owner: 'bot', status: 'waiting_on_incident' },
  human: { owner: 'human', status: 'open' },
  closed: { owner: 'bot', status: 'closed' },
};

export function stageOf({ owner, status }: Pick<Conversation, 'owner' | 'status'>): ConversationStage {
  if (status === 'closed') return 'closed';
  if (owner === 'human') return 'human';
  return status === 'open' ? 'bot' : status;
}

/** Owner and status after a step; `null`: the step is not for this stage. */
export function afterStep(
  conversation: Pick<Conversation, 'owner' | 'status'>,
  step: OwnershipStep,
): { readonly owner: Owner; readonly status: ConversationStatus } | null {
  const next = STAGES[stageOf(conversation)][step];
  return next === undefined ? null : STORED[next];
}

/** What people do. */
export type OwnershipAction = 'takeOver' | 'reply' | 'release' | 'resolve';

/** Why a person may not do it; `null`: it is allowed. A reply is allowed to everyone, since it is said already. */
export function refusal(action: OwnershipAction, conversation: Conversation, operatorId: string): string | null {
  if (afterStep(conversation, action) === null) {
    return stageOf(conversation) === 'closed'
      ? "the conversation is closed; the client's next message opens a new one"
      : 'the bot owns the conversation already';
  }
  const taken = conversation.owner === 'human' && conversation.operatorId !== operatorId;
  return action === 'takeOver' && taken ? 'another operator owns the conversation; ask for its release first' : null;
}
