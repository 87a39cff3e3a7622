import type { RecentRequest } from '../model/client';
import type { InboundMessage } from '../model/message';
import type { Policy } from '../model/policy';

/** What was answered before and not yet sent: the reply may still be replaced by one that answers everything. */
export interface UnsentAnswer {
  readonly deliveryId: string;
  readonly replyId: string;
  readonly answers: readonly InboundMessage[];
  /** When it was decided. */
  readonly decidedAt: number;
  /** What the client had been asked for before it. */
  readonly awaitingBefore: string | null;
}

/** Several short messages of one client, taken as one. */
export interface Turn {
  /** The last message with the text of all, line by line, all attachments, and the first one's place. */
  readonly message: InboundMessage;
  /** What is decided with it, in order, the last being `message.id`. */
  readonly messageIds: readonly string[];
  /** What its reply answers: what was answered by what it supersedes, and what is decided with it. */
  readonly answers: readonly string[];
  readonly supersedes: readonly UnsentAnswer[];
}

type Limits = Policy['turns'] & Pick<Policy['receiving'], 'maxTextLength'>;

/**
 * The turn that begins with the oldest undecided message: everything the client wrote on, as long as it may be joined,
 * together with what was answered before but not sent. A reply is only replaced within `maxWaitMs` of the first message
 * it answers, or a client who goes on writing would never be answered.
 */
export function turnOf(
  first: InboundMessage,
  following: readonly InboundMessage[],
  unsent: readonly UnsentAnswer[],
  limits: Limits,
  now: number,
): Turn {
  if (!limits.enabled || !joins(first)) {
    return { message: first, messageIds: [first.id], answers: [first.id], supersedes: [] };
  }
  const supersedes = unsent.filter(({ answers }) => answers.every((one) => joins(one) && isFresh(one, limits, now)));
  const before = supersedes.flatMap(({ answers }) => answers);
  const added = fitting([...before, first], following, limits.maxTextLength);
  const parts = [...before, first, ...added];
  return {
    message: joined(parts),
    messageIds: [first, ...added].map(({ id }) => id),
    answers: parts.map(({ id }) => id),
    supersedes,
  };
}

/** The client's requests without those whose answers are replaced: asked once, counted once. */
export function withoutSuperseded(
  recent: readonly RecentRequest[],
  supersedes: readonly UnsentAnswer[],
): readonly RecentRequest[] {
  const superseded = new Set(supersedes.map(({ decidedAt }) => decidedAt));
  return recent.filter(({ at }) => !superseded.has(at));
}

function joins(message: InboundMessage): boolean {
  return message.inTurn && !message.automated;
}

function isFresh(message: InboundMessage, limits: Limits, now: number): boolean {
  return now - message.createdAt <= limits.maxWaitMs;
}

/** The longest run of messages that still makes one message. */
function fitting(
  before: readonly InboundMessage[],
  following: readonly InboundMessage[],
  maxLength: number,
): readonly InboundMessage[] {
  let length = before.reduce((sum, { text }) => sum + text.length + 1, 0);
  const locale = before.at(-1)?.locale ?? null;
  const added: InboundMessage[] = [];
  for (const message of following) {
    length += message.text.length + 1;
    if (!joins(message) || message.locale !== locale || length > maxLength) break;
    added.push(message);
  }
  return added;
}

function joined(parts: readonly InboundMessage[]): InboundMessage {
  const [first] = parts;
  const last = parts.at(-1);
  if (first === undefined || last === undefined || first === last) return last as InboundMessage;
  const texts = parts.map(({ text }) => text).filter((text) => text !== '');
  return {
    ...last,
    seq: first.seq,
    text: texts.join('\n'),
    originalText: null,
    attachments: parts.flatMap(({ attachments }) => attachments),
  };
}
