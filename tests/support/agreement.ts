import type { ConversationState, DecisionRecord, Storage } from '@firstline/core';
import { expect } from 'vitest';
import {
  asks,
  type ClientModel,
  type DeskModel,
  expectation,
  isThanks,
  type Said,
  SILENT_AFTER_MS,
  type Stage,
} from './model';
import { TENANT, type World } from './world';

/** The longest lease plus the longest pause after a failure: later nothing is held up by an old fault. */
const TROUBLE_MS = 181_000;
const MAX_WAIT_MS = 12_000;
const DAY_MS = 86_400_000;

export function troubled(model: DeskModel, world: World): boolean {
  if (world.faults > model.faultsSeen) {
    model.faultsSeen = world.faults;
    model.troubledUntil = world.clock.now() + TROUBLE_MS;
  }
  return world.clock.now() < model.troubledUntil;
}

/** After every command: what is stored is what the model expects, or, where nobody could know, the model learns it. */
export async function compare(model: DeskModel, world: World, clients = model.clients): Promise<void> {
  expect(world.violations).toEqual([]);
  if (troubled(model, world)) {
    for (const client of model.clients) await learn(client, world);
    return;
  }
  for (const client of clients) {
    if (!(await followDecisions(model, client, world))) await learn(client, world);
    await agree(client, world);
  }
}

/** After a tick: nothing that was due is left undecided, and time has done its part. */
export async function compareAfterTick(model: DeskModel, world: World): Promise<void> {
  if (!troubled(model, world)) {
    for (const client of model.clients) {
      if (!(await followDecisions(model, client, world))) await learn(client, world);
      const [first] = client.undecided;
      if (first !== undefined) expect(first.inTurn && world.clock.now() < first.at + MAX_WAIT_MS, 'decided').toBe(true);
      client.lapse(world.clock.now());
      await followHandover(client, world);
    }
  }
  await compare(model, world);
}

/** Takes over everything from the storage. */
export async function learn(client: ClientModel, world: World): Promise<void> {
  const { items } = await world.storage.conversations({ tenant: TENANT, clientId: client.id, limit: 100 });
  const conversation = items.find(({ status }) => status !== 'closed') ?? items[0];
  if (conversation === undefined) return;
  const state = await stateOf(world.storage, conversation.id);
  Object.assign(client, {
    conversationId: conversation.id,
    ...facts(state),
    greeted: state.client.greetedAt !== null,
    thanked: state.client.recent.at(-1)?.thanks === true,
    spokenTo: state.conversation.lastOutboundAt !== null,
    attached: (state.ticket?.attachments.length ?? 0) > 0,
    undecided: waiting(state).map((message): Said => ({
      messageId: message.id,
      text: message.text,
      attachments: message.attachments.length,
      automated: message.automated,
      inTurn: message.inTurn,
      at: message.createdAt,
      opens: message.seq === 1,
    })),
  });
  if (client.stage === 'closed') world.closed.add(conversation.id);
}

/**
 * Decisions made since the last look, each against what the model expects of it, in order. False: one could not be
 * foreseen, so that from there on the model has to learn.
 */
async function followDecisions(model: DeskModel, client: ClientModel, world: World): Promise<boolean> {
  for (let [first] = client.undecided; first !== undefined; [first] = client.undecided) {
    const record = await world.storage.decision({ tenant: TENANT, messageId: first.messageId });
    if (record === null) return true;
    const turn = client.undecided.slice(0, record.messageIds.length);
    expect(
      turn.map(({ messageId }) => messageId),
      'decided in order',
    ).toEqual(record.messageIds);
    if (!follow(model, client, record, turn)) return false;
    client.undecided = client.undecided.slice(turn.length);
    if (client.stage === 'closed') world.closed.add(record.conversationId);
  }
  return true;
}

function follow(model: DeskModel, client: ClientModel, record: DecisionRecord, messages: readonly Said[]): boolean {
  const { down } = model;
  // Whoever looked in between may have sent the conversation back to the queue before this was decided.
  if (client.stage === 'human' && record.rule !== 'human-owns') client.lapse(record.decidedAt);
  const replaced = record.inputs.supersedes.map((id) => model.answers.get(id));
  const parts = [...replaced.flatMap((known) => known?.parts ?? []), ...messages];
  const awaiting = replaced[0]?.awaiting ?? client.awaiting;
  const [named = ''] = record.rule === 'already-escalated' ? record.reason.split(':') : [record.rule];
  const more = client.undecided.length > messages.length;
  const expected = expectation(client, { parts, awaiting, more, named, down });
  // Several messages as one text are nothing the local classifier knows; of a reply that was replaced, the model may not
  // know the messages, nor what the bot was told last before them.
  const guesses =
    replaced.includes(undefined) || (down && parts.length > 1) || (replaced.length > 0 && isThanks({ parts }));
  if (!guesses || asks({ parts }) || client.stage === 'human') {
    const { outcome, rule } = record;
    const texts = parts.map(({ text }) => text);
    expect({ texts, outcome, rule }).toEqual({ texts, outcome: expected.outcome, rule: expected.rule });
  }
  // Promise 8: a provider that is down is answered for, and is nobody's reason.
  expect(record.classification?.source === 'fallback', 'answered by the local classifier').toBe(down);
  expect(record.classification?.reasoning).not.toBe('no classifier answered');

  const greets = record.replies.some(({ type }) => type === 'greeting');
  const silent = record.outcome === 'held' || named === 'loop-guard';
  if (client.greeted) expect(greets, 'greeted once').toBe(false);
  else if (client.stage === 'bot') expect(greets, 'greeted with the first answer').toBe(!silent);
  client.greeted ||= greets;
  client.spokenTo ||= record.replies.length > 0;
  for (const { messageId } of record.replies) model.answers.set(messageId, { parts, awaiting });
  if (guesses) return false;

  const automated = parts.some((message) => message.automated);
  if (client.stage === 'human' && !automated) client.attendBy ??= record.decidedAt + SILENT_AFTER_MS;
  if (client.stage !== 'human' && !automated && record.rule !== 'acknowledged') client.thanked = isThanks({ parts });
  if (record.outcome === 'escalated') client.attached = parts.some(({ attachments }) => attachments > 0);
  client.stage = expected.stage;
  client.awaiting = expected.awaiting;
  return true;
}

/** What was asked for never came: the one way from the bot to the queue without anybody doing anything. */
async function followHandover(client: ClientModel, world: World): Promise<void> {
  if (client.stage !== 'bot' || client.conversationId === null) return;
  const { conversation, ticket } = await stateOf(world.storage, client.conversationId);
  if (conversation.status !== 'waiting_on_person') return;
  expect(client.awaiting, 'handed over what was asked for').toBe(true);
  expect(ticket?.rule).toBe('awaited-never-came');
  expect(world.clock.now() - conversation.lastInboundAt).toBeGreaterThanOrEqual(DAY_MS);
  client.stage = 'waiting';
  client.awaiting = false;
}

async function agree(client: ClientModel, world: World): Promise<void> {
  if (client.conversationId === null) return;
  const state = await stateOf(world.storage, client.conversationId);
  const { stage, operatorId, attendBy, awaiting, greeted } = client;
  const found = {
    ...facts(state),
    greeted: state.client.greetedAt !== null,
    undecided: waiting(state).map(({ id }) => id),
  };
  const undecided = client.undecided.map(({ messageId }) => messageId);
  expect(found, `what is stored of ${client.id}`).toEqual({
    stage,
    operatorId,
    attendBy,
    awaiting,
    greeted,
    undecided,
  });
  if (stage === 'closed') world.closed.add(client.conversationId);
}

function facts({ conversation }: ConversationState) {
  const { owner, status, operatorId, attendBy, awaiting } = conversation;
  const stages: Readonly<Record<typeof status, Stage>> = {
    open: owner === 'human' ? 'human' : 'bot',
    waiting_on_person: 'waiting',
    waiting_on_incident: 'waiting',
    closed: 'closed',
  };
  return { stage: stages[status], operatorId, attendBy, awaiting: awaiting !== null };
}

function waiting({ message, following }: ConversationState) {
  return message === null ? [] : [message, ...following];
}

export async function stateOf(storage: Storage, conversationId: string): Promise<ConversationState> {
  const [state] = await storage.states({ tenant: TENANT, conversationIds: [conversationId] });
  if (state === undefined) throw new Error(`there is no conversation ${conversationId}`);
  return state;
}
