import type { DecisionOutcome } from '@firstline/core';

/** Where a conversation stands; `none`: the client never wrote. */
export type Stage = 'none' | 'bot' | 'waiting' | 'human' | 'closed';

/** A message as a client writes it. */
export interface Wording {
  readonly text: string;
  readonly screenshot: boolean;
  readonly automated: boolean;
}

/** One message of a client that is stored and not decided. */
export interface Said {
  readonly messageId: string;
  readonly text: string;
  readonly attachments: number;
  readonly automated: boolean;
  readonly inTurn: boolean;
  readonly at: number;
  /** It opened the conversation. */
  readonly opens: boolean;
}

/** What a client's messages are about, by the first of these words that is in them; the fixture's classifier in short. */
const KINDS: readonly (readonly [word: string, kind: string])[] = [
  ['referral', 'REFERRAL'],
  ['nothing works', 'BROKEN'],
  ['cancel', 'CANCEL'],
  ['stolen', 'FRAUD'],
  ['silent', 'SILENT'],
  ['alive', 'HUMAN'],
  ['thanks', 'THANKS'],
  ['good morning', 'GREETING'],
  ['maybe', 'DOUBT'],
];
/** The rule that calls a person for a kind that the bot does not finish alone. */
const CALLS: Readonly<Record<string, string>> = {
  HUMAN: 'asks-for-human',
  CANCEL: 'scenario-after-reply',
  FRAUD: 'scenario-always',
  SILENT: 'missing-template',
  DOUBT: 'low-confidence',
  UNKNOWN: 'unknown',
};
/** Also examples of the scenarios, word for word, so that the local classifier knows them while the provider is down. */
export const TEXTS = [
  'how does the referral program work',
  'nothing works',
  'cancel my contract',
  'my money was stolen',
  'silent scenario',
  'someone alive please',
  'thanks',
  'good morning',
  'maybe',
  'ok',
  'gibberish',
  'operator',
  'позовите оператора',
] as const;
export const ANSWERED = ['how does the referral program work', 'nothing works', 'good morning', 'thanks'] as const;
const ASKING: readonly string[] = ['operator', 'позовите оператора', 'someone alive please'];
const SMALL_TALK: readonly string[] = ['GREETING', 'THANKS'];
/** They come after so many messages, and only the engine counts how many exactly. */
const WEARY: readonly string[] = ['repeated-request', 'loop-guard'];
const FEWEST_TO_WEARY = 3;

export const SILENT_AFTER_MS = 30 * 60_000;

/** What is expected of one client's conversation. */
export class ClientModel {
  readonly id: string;
  readonly transport: 'plain' | 'chat';
  conversationId: string | null = null;
  stage: Stage = 'none';
  operatorId: string | null = null;
  attendBy: number | null = null;
  awaiting = false;
  greeted = false;
  /** The last thing the bot was told were thanks. */
  thanked = false;
  /** Something was said to the client in this conversation. */
  spokenTo = false;
  /** The open ticket has a picture already. */
  attached = false;
  undecided: readonly Said[] = [];
  /** Messages the client tried to send so far. */
  tries = 0;

  constructor(id: string, transport: 'plain' | 'chat') {
    this.id = id;
    this.transport = transport;
  }

  /** A message was stored. */
  accept(conversationId: string, said: Omit<Said, 'opens'>): void {
    const opens = this.stage === 'none' || this.stage === 'closed';
    if (opens) {
      const fresh = { operatorId: null, attendBy: null, awaiting: false, spokenTo: false, attached: false };
      Object.assign(this, { stage: 'bot', conversationId, ...fresh });
    }
    this.undecided = [...this.undecided, { ...said, opens }];
  }

  /** A person's step; false: the stage does not allow it. */
  operate(
    step: 'takeOver' | 'reply' | 'recordReply' | 'release' | 'resolve',
    operatorId: string,
    now: number,
  ): boolean {
    const { stage } = this;
    if (stage === 'none' || stage === 'closed') return false;
    if (step === 'release' && stage !== 'human') return false;
    if (step === 'takeOver' && stage === 'human') return this.operatorId === operatorId;
    const owns = step !== 'release' && step !== 'resolve';
    const changes = !owns || stage !== 'human';
    if (changes) {
      this.stage = owns ? 'human' : step === 'release' ? 'bot' : 'closed';
      this.operatorId = owns ? operatorId : null;
      this.awaiting = false;
      this.attached &&= owns;
    }
    this.attendBy = step === 'takeOver' ? now + SILENT_AFTER_MS : null;
    if (owns) this.thanked = false;
    this.spokenTo ||= step === 'reply' || step === 'recordReply';
    return true;
  }

  /** Time has passed and somebody looked: who took the conversation, or its ticket, and stayed silent loses it. */
  lapse(now: number): void {
    if (this.attendBy === null || this.attendBy > now) return;
    // They are told that it takes longer.
    Object.assign(this, { stage: 'waiting', operatorId: null, attendBy: null, spokenTo: true });
  }
}

/** What is decided together, and what the model has to be told of it. */
export interface Turn {
  readonly parts: readonly Pick<Said, 'text' | 'attachments' | 'automated' | 'opens'>[];
  /** The client was asked for something and it has not come; what a replaced reply would have asked for does not count. */
  readonly awaiting: boolean;
  /** More is waiting to be decided behind it. */
  readonly more: boolean;
  /** The rule that was named, believed where it is one of {@link WEARY} and the client wrote enough. */
  readonly named: string;
  readonly down: boolean;
}

export interface Expectation {
  readonly outcome: DecisionOutcome;
  readonly rule: string;
  readonly stage: Stage;
  readonly awaiting: boolean;
}

/** What a turn must come to, given where the conversation stands. */
export function expectation(client: ClientModel, turn: Turn): Expectation {
  const { stage } = client;
  const { awaiting } = turn;
  if (stage === 'human') return { outcome: 'held', rule: 'human-owns', stage, awaiting };
  if (turn.parts.some(({ automated }) => automated)) return { outcome: 'held', rule: 'automated', stage, awaiting };
  const kind = kindOf(turn);
  const person = callsPerson(client, turn, kind);
  if (person !== null && stage === 'waiting') {
    const outcome = person === 'scenario-after-reply' ? 'answered' : 'held';
    return { outcome, rule: 'already-escalated', stage, awaiting: false };
  }
  if (person !== null) return { outcome: 'escalated', rule: person, stage: 'waiting', awaiting: false };
  if (isOk(turn)) {
    const closes = stage === 'bot' && !turn.more && turn.parts[0]?.opens === true;
    return { outcome: 'held', rule: 'acknowledged', stage: closes ? 'closed' : stage, awaiting };
  }
  if (isThanks(turn)) {
    const closes = stage === 'bot' && !awaiting && !turn.more;
    const after = { stage: closes ? 'closed' : stage, awaiting } as const;
    return client.thanked
      ? { outcome: 'held', rule: 'thanks-again', ...after }
      : { outcome: 'answered', rule: 'thanks', ...after };
  }
  if (SMALL_TALK.includes(kind) && stage === 'waiting')
    return { outcome: 'held', rule: 'person-comes', stage, awaiting };
  return { outcome: 'answered', rule: 'reply', stage, awaiting: awaiting || kind === 'BROKEN' };
}

type Texts = { readonly parts: readonly Pick<Said, 'text' | 'attachments'>[] };

export function asks({ parts }: { readonly parts: readonly Pick<Said, 'text'>[] }): boolean {
  return parts.some(({ text }) => ASKING.includes(text));
}

export function isThanks({ parts }: Texts): boolean {
  const polite = parts.every(({ text, attachments }) => ['thanks', 'ok'].includes(text) && attachments === 0);
  return polite && parts.some(({ text }) => text === 'thanks');
}

function isOk({ parts }: Texts): boolean {
  return parts.every(({ text, attachments }) => text === 'ok' && attachments === 0);
}

function kindOf({ parts }: Turn): string {
  return KINDS.find(([word]) => parts.some(({ text }) => text.includes(word)))?.[1] ?? 'UNKNOWN';
}

/** The rule that calls a person; `null`: none does. */
function callsPerson(client: ClientModel, turn: Turn, kind: string): string | null {
  if (asks(turn) || kind === 'HUMAN') return 'asks-for-human';
  const pictured = turn.parts.some(({ attachments }) => attachments > 0);
  const wanted = turn.awaiting || kind === 'BROKEN';
  const cameBefore = client.attached && client.stage === 'waiting' && kind === 'BROKEN';
  if ((wanted && pictured) || cameBefore) return 'awaited-attachment';
  if (WEARY.includes(turn.named) && client.tries >= FEWEST_TO_WEARY) return turn.named;
  if (isOk(turn) && (client.greeted || client.spokenTo)) return null;
  if (SMALL_TALK.includes(kind) && pictured) return 'unknown';
  // The provider doubts; the local classifier does not know it at all.
  if (kind === 'DOUBT' && turn.down) return 'unknown';
  return CALLS[kind] ?? null;
}

/** Everything the model knows of the desk. */
export class DeskModel {
  readonly clients: readonly ClientModel[] = [
    new ClientModel('anna', 'plain'),
    new ClientModel('boris', 'plain'),
    new ClientModel('clara', 'chat'),
  ];
  /** What was sent under which id; `messageId: null`: whether it arrived is not known. */
  readonly sent: (Wording & { readonly client: ClientModel; readonly id: string; messageId: string | null })[] = [];
  /** The replies whose messages are known, since a newer turn may replace them. */
  readonly answers = new Map<string, { readonly parts: readonly Said[]; readonly awaiting: boolean }>();
  down = false;
  faultsSeen = 0;
  /** Until then leases of the dead and pauses after failures may hold work up. */
  troubledUntil = 0;

  client(index: number): ClientModel {
    return this.clients[index % this.clients.length] as ClientModel;
  }
}
