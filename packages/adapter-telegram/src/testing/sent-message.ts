import type { Json } from './json';

/** A message that the bot has sent and that has arrived. */
export interface SentMessage {
  readonly chatId: number;
  readonly messageId: number;
  /** As the Bot API spells it: `sendMessage`, `sendPhoto`, … */
  readonly method: string;
  /** Text or caption. */
  readonly text: string;
  /** URL or id of what was sent along; `null`: nothing. */
  readonly file: string | null;
  /** Of the keyboard that came with it. */
  readonly buttons: readonly string[];
  readonly threadId: number | null;
  /** Epoch milliseconds by the fake's clock. */
  readonly at: number;
  /** The whole request. */
  readonly parameters: Json;
}

export interface PaceLimits {
  /** Messages a second of the whole bot. Default 30. */
  readonly bot?: number;
  /** Messages a second in one chat. Default 1. */
  readonly chat?: number;
  /** Messages a minute in one group. Default 20. */
  readonly group?: number;
}

/** Where messages came faster than Telegram lets them pass, one sentence each; empty: nowhere. */
export function paceViolations(sent: readonly SentMessage[], limits: PaceLimits = {}): readonly string[] {
  const { bot = 30, chat = 1, group = 20 } = limits;
  const chats = byChat(sent);
  return [
    ...tooMany('the bot', sent, bot, 1_000),
    ...[...chats].flatMap(([chatId, own]) => [
      ...tooMany(`chat ${chatId}`, own, chat, 1_000),
      ...(chatId < 0 ? tooMany(`group ${chatId}`, own, group, 60_000) : []),
    ]),
  ];
}

function byChat(sent: readonly SentMessage[]): ReadonlyMap<number, readonly SentMessage[]> {
  const chats = new Map<number, SentMessage[]>();
  for (const message of sent) {
    const own = chats.get(message.chatId);
    if (own === undefined) chats.set(message.chatId, [message]);
    else own.push(message);
  }
  return chats;
}

function tooMany(what: string, sent: readonly SentMessage[], limit: number, perMs: number): readonly string[] {
  const times = sent.map(({ at }) => at).sort((a, b) => a - b);
  return times.flatMap((at, index) => {
    const earlier = times[index - limit];
    if (earlier === undefined || at - earlier >= perMs) return [];
    return [`${what}: more than ${limit} messages within ${perMs} ms, at ${at}`];
  });
}
