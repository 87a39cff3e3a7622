import type { IncomingMessage, ServerResponse } from 'node:http';
import type {
  Channel,
  Ingress,
  JsonObject,
  OutboundDelivery,
  Pace,
  SendContext,
  SendOutcome,
  Transport,
} from '@firstline/core';
import { checkAddress, tryAddress } from './address';
import type { Me } from './addressed';
import { BotApi } from './bot-api';
import { openFile, type TelegramFile } from './files';
import { Intake } from './intake';
import { type TelegramMode, type TelegramSettings, telegramSettings, type TelegramTransportOptions } from './options';
import { Poller } from './poller';
import { Sender } from './sender';
import { WebhookDoor } from './webhook-door';
import { answerFetch, answerNode } from './webhook-handlers';
import { WebhookRegistration } from './webhook-registration';
import { WebhookServer } from './webhook-server';

/** Messages to one chat, and to one group, which Telegram lets pass; from its answers to developers. */
const CHAT_PACE = { limit: 1, perMs: 1_000 };
const GROUP_PACE = { limit: 20, perMs: 60_000 };

/** Nobody waits for the sign that somebody is typing. */
const TYPING_TIMEOUT_MS = 5_000;
const ME_TIMEOUT_MS = 10_000;

/** How receiving goes. */
export interface TelegramStatus {
  readonly mode: TelegramMode;
  /** Between `start` and `stop`. */
  readonly running: boolean;
  /** Code of what is wrong with receiving, for example `token_refused`, `conflict`; `null`: nothing that is known. */
  readonly problem: string | null;
  /** Of the transport's own server; `null`: it has none. */
  readonly port: number | null;
}

export interface TelegramTransport extends Transport {
  readonly chat: true;
  readonly forgetful: true;
  /** The webhook, for servers that speak `Request` and `Response`; to be mounted before anything that reads bodies. */
  readonly handler: (request: Request) => Promise<Response>;
  /** The same for `node:http` and Express. Never rejects. */
  readonly nodeHandler: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  /**
   * Opens a file that a client sent, by the `url` of its attachment (`telegram:file/…`). Rejects with `not_found`; its
   * `retryable` says whether to try again. Telegram gives files of up to 20 MB.
   */
  download(url: string, signal?: AbortSignal): Promise<TelegramFile>;
  status(): TelegramStatus;
  /** From now on nothing is received; sends still work. `stop` does it too. */
  stopReceiving(): Promise<void>;
}

/**
 * A Telegram bot. The address is `{ chatId, threadId? }`; clients are `telegram:<user id>`. Several bots are several
 * transports under names of their own.
 *
 * Throws a `FirstlineError` with code `invalid_options`.
 */
export function telegramTransport(options: TelegramTransportOptions): TelegramTransport {
  return new BotTransport(telegramSettings(options));
}

/** What receives: a poller, or a registered webhook. */
interface Receiving {
  readonly problem: string | null;
  start(): void;
  stop(): Promise<void>;
}

class BotTransport implements TelegramTransport {
  readonly chat = true;
  readonly forgetful = true;
  readonly timeoutMs: number;
  readonly handler: TelegramTransport['handler'];
  readonly nodeHandler: TelegramTransport['nodeHandler'];
  readonly #settings: TelegramSettings;
  readonly #api: BotApi;
  readonly #sender: Sender;
  readonly #door: WebhookDoor | null;
  #ingress: Ingress | null = null;
  #intake: Intake | null = null;
  #receiving: Receiving | null = null;
  #server: WebhookServer | null = null;
  #me: Promise<Me> | null = null;
  #stopped = false;

  constructor(settings: TelegramSettings) {
    const { clock, timeoutMs, formatting, webhook } = settings;
    this.#settings = settings;
    this.timeoutMs = timeoutMs;
    this.#api = new BotApi(settings);
    const onPlain = (): void => {
      void this.#ingress?.alert({ kind: 'misconfigured', code: 'formatting_refused' });
    };
    this.#sender = new Sender({ api: this.#api, clock, timeoutMs, formatting, onPlain });
    const door = webhook === null ? null : new WebhookDoor(webhook.secretToken);
    this.#door = door;
    this.handler = async (request) =>
      door === null ? new Response(null, { status: 404 }) : answerFetch(door, request);
    this.nodeHandler = async (req, res) => {
      if (door === null) res.writeHead(404, { 'content-length': '0', connection: 'close' }).end();
      else await answerNode(door, req, res);
    };
  }

  async start(ingress: Ingress, name: string): Promise<void> {
    if (this.#ingress !== null) return;
    const { mode, webhook, inbound } = this.#settings;
    const intake = new Intake({ ingress, transport: name, settings: inbound, me: () => this.#whoAmI() });
    if (webhook?.server != null && this.#door !== null)
      this.#server = await WebhookServer.open(this.#door, webhook.server);
    this.#stopped = false;
    this.#ingress = ingress;
    this.#intake = intake;
    if (mode === 'polling') this.#receiving = new Poller({ ...this.#settings, api: this.#api, ingress, intake });
    if (webhook !== null) {
      this.#door?.open(intake, ingress);
      const { url } = webhook;
      const options = { ...this.#settings, ...webhook, api: this.#api, ingress };
      if (url !== null) this.#receiving = new WebhookRegistration({ ...options, url });
    }
    this.#receiving?.start();
  }

  checkAddress(address: JsonObject): JsonObject {
    return checkAddress(address);
  }

  paces(channel: Channel): readonly Pace[] {
    const address = tryAddress(channel.address);
    if (address === null) return [];
    const { chatId } = address;
    const key = `chat:${chatId}`;
    return [
      { key: 'bot', limit: this.#settings.messagesPerSecond, perMs: 1_000 },
      { key, ...CHAT_PACE },
      ...(chatId < 0 ? [{ key: `${key}:minute`, ...GROUP_PACE }] : []),
    ];
  }

  async typing(channel: Channel): Promise<void> {
    const address = tryAddress(channel.address);
    if (this.#stopped || address === null) return;
    const { chatId, threadId } = address;
    const thread = threadId === undefined ? {} : { message_thread_id: threadId };
    const parameters = { chat_id: chatId, action: 'typing', ...thread } as const;
    // Whatever is wrong will be seen when the message itself is sent.
    await this.#api
      .call((raw, signal) => raw.sendChatAction(parameters, signal), { timeoutMs: TYPING_TIMEOUT_MS })
      .catch(() => undefined);
  }

  async send(outbound: OutboundDelivery, context: SendContext): Promise<SendOutcome> {
    if (this.#stopped) return { class: 'retry', code: 'stopped' };
    const outcome = await this.#sender.send(outbound, context);
    if (outcome.class === 'off') this.#intake?.forget(outbound.channel.address);
    return outcome;
  }

  download(url: string, signal?: AbortSignal): Promise<TelegramFile> {
    return openFile(this.#api, url, signal);
  }

  status(): TelegramStatus {
    return {
      mode: this.#settings.mode,
      running: this.#ingress !== null,
      problem: this.#receiving?.problem ?? null,
      port: this.#server?.port ?? null,
    };
  }

  async stopReceiving(): Promise<void> {
    this.#door?.close();
    await this.#receiving?.stop();
    await this.#server?.close();
    this.#receiving = this.#server = null;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.stopReceiving();
    this.#ingress = this.#intake = null;
  }

  /** Asked for once; a failure is forgotten, so that the next update asks again. */
  #whoAmI(): Promise<Me> {
    this.#me ??= this.#api
      .call((raw, signal) => raw.getMe(signal), { timeoutMs: ME_TIMEOUT_MS })
      .then(({ id, username }) => ({ id, username }))
      .catch((error: unknown) => {
        this.#me = null;
        throw error;
      });
    return this.#me;
  }
}
