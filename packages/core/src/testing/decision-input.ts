import { accept } from '../memory/accept';
import { Tables } from '../memory/tables';
import { type Classification, UNKNOWN } from '../model/classification';
import type { Client } from '../model/client';
import type { Conversation } from '../model/conversation';
import type { InboundMessage } from '../model/message';
import { checkOptions, type EngineOptions } from '../options';
import { cleanText } from '../policies/clean-text';
import type { DecideInput } from '../policies/considered';
import { decisionGround } from '../policies/decision-ground';
import { answerLocale } from '../runtime/classify';
import { silentLogger } from '../runtime/silent-logger';
import { TemplateStore } from '../runtime/template-store';
import { ManualClock } from './manual-clock';
import { type ScriptedAnswer, scriptedClassification } from './scripted-classifier';

/**
 * `scenarios`, `policy`, `templates`, `locales` and `variables` are those of `createEngine`, with its defaults; the switches of
 * `DecideInput` keep theirs.
 */
export interface DecisionInputOptions
  extends
    Pick<EngineOptions, 'scenarios' | 'policy' | 'templates' | 'locales' | 'variables'>,
    Pick<DecideInput, 'peopleThere' | 'cover' | 'attachedBefore' | 'moreToDecide'> {
  /** What the client writes; cleaned as `receive` does it. */
  readonly text: string;
  /** A scenario's id or `'UNKNOWN'`, or with more. Default of what is left out: confidence 0.95, no alternatives. */
  readonly classification: Exclude<ScriptedAnswer, Error> | Classification;
  /** Default: never seen before, without a name. To go on from a decision, give its `recent`, and `greetedAt` if it `greets`. */
  readonly client?: Partial<Client>;
  /** Default: opened by this message, owned by the bot, without a channel. To go on from a decision, give its `next`. */
  readonly conversation?: Partial<Conversation>;
  /** Default: without attachments, written by a person, the conversation's last (`seq` is its `lastSeq`). */
  readonly message?: Partial<InboundMessage>;
  /** Epoch milliseconds or an ISO date. Default: Monday, 2026-01-05T09:00:00Z, as that of `ManualClock`. */
  readonly now?: number | string;
  /** Locale to answer in. Default: as the engine chooses it, by the message's, the client's, the script of the text. */
  readonly locale?: string;
}

/**
 * The input of `decide` for a message, so that scenarios and policy can be tested without an engine, a storage or a
 * classifier: what is left out is as in an engine that has just received a first message.
 *
 * ```ts
 * expect(decide(decisionInput({ scenarios, text: 'Help!', classification: 'UNKNOWN' })).outcome).toBe('escalated');
 * ```
 *
 * @throws FirstlineError `invalid_scenarios`, `invalid_options`, as `createEngine` does
 * @throws RangeError where `classification` names no scenario of the set, or `now` is no time
 */
export function decisionInput(options: DecisionInputOptions): DecideInput {
  const { text, classification, client, conversation, message, now, locale, ...rest } = options;
  const { peopleThere, cover, attachedBefore, moreToDecide, ...material } = rest;
  // Checks the names, too: whatever no destructuring above has taken is an option of `createEngine`, or misspelt.
  const policy = checkOptions(material);
  const ground = decisionGround(material, policy);
  const answer = scriptedClassification(classification);
  if (answer.scenario !== UNKNOWN && !ground.byId.has(answer.scenario)) {
    throw new RangeError(`decisionInput: classification: there is no scenario ${answer.scenario}`);
  }
  const clock = new ManualClock(now);
  const { templates, catalog } = ground;
  const state = firstMessage({ text, client, conversation, message }, clock.now());
  return {
    ...state,
    classification: answer,
    scenarios: ground.byId,
    // Compiled and checked by what the engine does it with.
    templates: new TemplateStore({ templates, catalog, source: null, clock, logger: silentLogger() }).current(),
    locale: locale ?? answerLocale(ground, state, state.message),
    variables: ground.variables,
    policy,
    now: clock.now(),
    ...(peopleThere !== undefined && { peopleThere }),
    ...(cover !== undefined && { cover }),
    ...(attachedBefore !== undefined && { attachedBefore }),
    ...(moreToDecide !== undefined && { moreToDecide }),
  };
}

interface Told {
  readonly text: string;
  readonly client: Partial<Client> | undefined;
  readonly conversation: Partial<Conversation> | undefined;
  readonly message: Partial<InboundMessage> | undefined;
}

/** As the memory storage writes a first message down, with what is told otherwise. */
function firstMessage(told: Told, now: number): Pick<DecideInput, 'client' | 'conversation' | 'message'> {
  const text = cleanText(told.text);
  const clientId = told.client?.id ?? 'client';
  const newConversationId = told.conversation?.id ?? 'conversation';
  const locale = told.message?.locale ?? null;
  const tables = new Tables(told.conversation?.tenant ?? 'default');
  accept(tables, {
    tenant: tables.tenant,
    now,
    message: {
      ...{ id: 'message', clientId, text, originalText: text === told.text ? null : told.text },
      ...{ locale, attachments: [], automated: false },
    },
    newConversationId,
    client: { name: null, locale, region: null },
    ...{ turn: null, channel: null, channelKey: null, defaultChannel: null, idempotency: null, lease: null },
  });
  const conversation: Conversation = { ...tables.conversations.must(newConversationId), ...told.conversation };
  return {
    client: { ...tables.clients.must(clientId), ...told.client },
    conversation,
    message: { ...tables.inbound('message'), seq: conversation.lastSeq, ...told.message },
  };
}
