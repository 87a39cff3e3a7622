import { type Clock, type Duration, systemClock } from '@firstline/core';
import { API_CONSTANTS } from 'grammy';
import { type Commands, DEFAULT_COMMANDS } from './commands';
import type { Groups, InboundSettings } from './inbound';
import { aFunction, duration, integer, invalid, oneOf } from './option-checks';
import type { Formatting } from './outbound-parts';
import { type WebhookOptions, type WebhookSettings, webhookSettings } from './webhook-options';

/**
 * - `polling`    asks Telegram for updates; needs no address of its own, and one process at a time
 * - `webhook`    Telegram sends updates to `domain`
 * - `send-only`  receives nothing
 */
export type TelegramMode = 'polling' | 'webhook' | 'send-only';

export interface TelegramTransportOptions extends WebhookOptions {
  /** As @BotFather gives it. */
  readonly token: string;
  /** Default `polling`. */
  readonly mode?: TelegramMode;
  /** Kinds of updates to ask for, as the Bot API names them. Default `message`, `edited_message`, `my_chat_member`. */
  readonly allowedUpdates?: readonly string[];
  /** How long Telegram keeps a poll open while there is nothing to tell, at most 50 s. Default `'30s'`. */
  readonly pollTimeout?: Duration;
  /** Pause between polls. Default 0, and at least `'1s'` where `pollTimeout` is 0. */
  readonly pollInterval?: Duration;
  /** Longest time of one delivery, all its parts included, in milliseconds, 100 to 120 000. Default 20 000. */
  readonly timeoutMs?: number;
  /** Messages a second of the whole bot, 1 to 1 000. Default 30, which is what Telegram allows unless it is paid for more. */
  readonly messagesPerSecond?: number;
  /**
   * `none`: texts are sent as they are. `marks`: `**bold**`, `__italic__`, `` `code` `` and the like are shown as in
   * Telegram's own apps; a text can be shown wrong then, but never be refused for it. Default `none`.
   */
  readonly formatting?: Formatting;
  /**
   * What a command means, by its name without the slash: what the client says with it, per locale, or `null` for
   * nothing. Default: `start` says hello and `human` asks for a person; any other says its own name.
   */
  readonly commands?: Commands;
  /**
   * Groups the bot is in: `ignore` them, answer where it is `addressed` (by name, by a reply to it, by a command), or take
   * `all` messages, for which its privacy mode has to be off. Default `ignore`.
   */
  readonly groups?: Groups;
  /** A message the client has edited: a `correction` is received as a message of its own. Default `correction`. */
  readonly edits?: InboundSettings['edits'];
  /** Before the user's id, to make `clientId`; at most 64 characters. Default `telegram:`. */
  readonly clientIdPrefix?: string;
  /** Where the Bot API is, for a server of one's own or a fake. Default `https://api.telegram.org`. */
  readonly apiRoot?: string;
  /** For proxies. Its errors are not passed on, since they may name the URL, in which the token stands. Default `fetch`. */
  readonly fetch?: typeof globalThis.fetch;
  /** What pauses and time limits go by. Default: the real time. */
  readonly clock?: Clock;
}

/** Options after checking. */
export interface TelegramSettings {
  readonly token: string;
  readonly mode: TelegramMode;
  readonly allowedUpdates: readonly string[];
  readonly pollTimeoutMs: number;
  readonly pollIntervalMs: number;
  readonly timeoutMs: number;
  readonly messagesPerSecond: number;
  readonly formatting: Formatting;
  readonly inbound: InboundSettings;
  readonly apiRoot: string;
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  /** `null` in the other modes. */
  readonly webhook: WebhookSettings | null;
}

const PUBLIC_API = 'https://api.telegram.org';
const DEFAULT_UPDATES = ['message', 'edited_message', 'my_chat_member'];

/** The Bot API's own limit; it shortens what is longer. */
const MAX_POLL_MS = 50_000;

const KNOWN: readonly string[] = [
  'token',
  'mode',
  'allowedUpdates',
  'pollTimeout',
  'pollInterval',
  'timeoutMs',
  'messagesPerSecond',
  'formatting',
  'commands',
  'groups',
  'edits',
  'clientIdPrefix',
  'apiRoot',
  'fetch',
  'clock',
  'domain',
  'path',
  'port',
  'host',
  'secretToken',
  'maxConnections',
] satisfies (keyof TelegramTransportOptions)[];

/** Throws `invalid_options`. The options come from JavaScript too, so their types are no more than a hope. */
export function telegramSettings(options: TelegramTransportOptions): TelegramSettings {
  if (typeof options !== 'object' || options === null) throw invalid('options', 'must be an object');
  const unknown = Object.keys(options).find((name) => !KNOWN.includes(name));
  if (unknown !== undefined) throw invalid(unknown, `is not an option; known: ${KNOWN.join(', ')}`);
  const { token } = options;
  if (typeof token !== 'string' || !/^[1-9]\d{0,15}:[\w-]{3,}$/.test(token)) {
    throw invalid('token', 'must be a token as @BotFather gives it: digits, a colon, letters');
  }
  const mode = oneOf('mode', options.mode ?? 'polling', ['polling', 'webhook', 'send-only']);
  const apiRoot = apiRootOf(options.apiRoot ?? PUBLIC_API);
  const pollTimeoutMs = duration('pollTimeout', options.pollTimeout ?? '30s', MAX_POLL_MS);
  const pollIntervalMs = duration('pollInterval', options.pollInterval ?? 0, 3_600_000);
  if (pollTimeoutMs === 0 && pollIntervalMs < 1_000) {
    throw invalid(
      'pollInterval',
      'must be at least 1 s where pollTimeout is 0, or Telegram would be asked all the time',
    );
  }
  return {
    token,
    mode,
    allowedUpdates: updatesOf(options.allowedUpdates ?? DEFAULT_UPDATES),
    pollTimeoutMs,
    pollIntervalMs,
    timeoutMs: integer('timeoutMs', options.timeoutMs ?? 20_000, 100, 120_000, ' (milliseconds)'),
    messagesPerSecond: integer('messagesPerSecond', options.messagesPerSecond ?? 30, 1, 1_000),
    formatting: oneOf('formatting', options.formatting ?? 'none', ['none', 'marks']),
    inbound: {
      botId: Number.parseInt(token, 10),
      clientIdPrefix: prefixOf(options.clientIdPrefix ?? 'telegram:'),
      commands: commandsOf(options.commands ?? {}),
      groups: oneOf('groups', options.groups ?? 'ignore', ['ignore', 'addressed', 'all']),
      edits: oneOf('edits', options.edits ?? 'correction', ['correction', 'ignore']),
    },
    apiRoot,
    fetch: aFunction('fetch', options.fetch ?? globalThis.fetch, 'fetch'),
    clock: clockOf(options.clock ?? systemClock()),
    webhook: mode === 'webhook' ? webhookSettings(options, apiRoot === PUBLIC_API) : null,
  };
}

function apiRootOf(apiRoot: unknown): string {
  const problem = 'must be an http or https URL without user, query and fragment';
  if (typeof apiRoot !== 'string' || !URL.canParse(apiRoot)) throw invalid('apiRoot', problem);
  const { protocol, username, password, search, hash, href } = new URL(apiRoot);
  const isBare = username === '' && password === '' && search === '' && hash === '' && !/[?#]/.test(href);
  if ((protocol !== 'https:' && protocol !== 'http:') || !isBare) throw invalid('apiRoot', problem);
  return href.replace(/\/+$/, '');
}

function updatesOf(names: unknown): readonly string[] {
  const known: readonly string[] = API_CONSTANTS.ALL_UPDATE_TYPES;
  if (!Array.isArray(names) || names.length === 0)
    throw invalid('allowedUpdates', 'must be a list of kinds of updates');
  const index = names.findIndex((name) => !known.includes(name as string));
  if (index >= 0) throw invalid(`allowedUpdates[${index}]`, `must be one of ${known.join(', ')}`);
  if (!names.includes('message'))
    throw invalid('allowedUpdates', "must hold 'message'; use mode 'send-only' to receive nothing");
  return names as readonly string[];
}

function commandsOf(commands: unknown): Commands {
  if (typeof commands !== 'object' || commands === null) throw invalid('commands', 'must be an object');
  for (const [name, meaning] of Object.entries(commands)) {
    if (!/^[a-z0-9_]{1,32}$/.test(name))
      throw invalid(`commands.${name}`, 'must be named a-z 0-9 _, without the slash');
    const texts: unknown[] =
      typeof meaning === 'object' && meaning !== null ? Object.values(meaning as object) : [meaning];
    const isText = texts.length > 0 && texts.every((text) => typeof text === 'string' && text.trim() !== '');
    if (meaning !== null && !isText) {
      throw invalid(`commands.${name}`, 'must be what the client says with it: a text, texts by locale, or null');
    }
  }
  return { ...DEFAULT_COMMANDS, ...(commands as Commands) };
}

function prefixOf(prefix: unknown): string {
  if (typeof prefix === 'string' && prefix.length <= 64 && !/[\p{Cc}]/u.test(prefix)) return prefix;
  throw invalid('clientIdPrefix', 'must be a text of at most 64 characters');
}

function clockOf(clock: Clock): Clock {
  if (typeof clock.now === 'function' && typeof clock.sleep === 'function') return clock;
  throw invalid('clock', 'must have now() and sleep()');
}
