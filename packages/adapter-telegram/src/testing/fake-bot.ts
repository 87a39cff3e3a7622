import type { Clock } from '@firstline/core';
import { type BotApiFault, botApiFaults, RefusedCall } from './bot-api-faults';
import { FakeGroup, FakeUser, type FakeUserProfile } from './fake-chat';
import { FakeWebhook, type WebhookPush } from './fake-webhook';
import { type Json, textOf } from './json';
import { isSending, sendMessage } from './sending-methods';
import type { SentMessage } from './sent-message';
import { UpdateQueue } from './update-queue';

/** One call of the Bot API. */
export interface BotCall {
  /** As it was written in the address, for example `sendMessage`. */
  readonly method: string;
  readonly parameters: Json;
  /** Epoch milliseconds by the fake's clock. */
  readonly at: number;
}

/** Asked for every call that no `fail` is left for; `null`: it is carried out. */
export type BotResponder = (call: BotCall) => BotApiFault | null;

export interface FakeBotOptions {
  readonly token: string;
  readonly username: string;
}

/** Kinds of updates that come without being asked for by name. */
const NOT_BY_DEFAULT = ['chat_member', 'message_reaction', 'message_reaction_count'];

/** A bot as Telegram sees it: who talks to it, what it has sent, and how its calls are to fail. */
export class FakeBot {
  readonly token: string;
  readonly id: number;
  readonly username: string;
  /** Every call in order, whatever became of it. */
  readonly calls: BotCall[] = [];
  /** Every message that has arrived, in order. */
  readonly sent: SentMessage[] = [];
  readonly #clock: Clock;
  readonly #queue: UpdateQueue;
  readonly #chats = new Map<number, FakeUser | FakeGroup>();
  readonly #files = new Map<string, { readonly path: string; readonly content: Uint8Array }>();
  readonly #scripted: { readonly method: string; readonly fault: BotApiFault }[] = [];
  readonly #waiting = new Set<() => void>();
  #allowedUpdates: readonly string[] = [];
  #webhook: FakeWebhook | null = null;
  #pushes: readonly WebhookPush[] = [];
  #respond: BotResponder = () => null;
  #nextUserId = 1_001;

  constructor({ token, username }: FakeBotOptions, clock: Clock) {
    this.token = token;
    this.id = Number.parseInt(token, 10);
    this.username = username;
    this.#clock = clock;
    this.#queue = new UpdateQueue(clock);
    this.#queue.onPush = () => {
      this.#webhook?.run();
      this.#changed();
    };
  }

  /** Somebody who has started the bot. */
  user(profile: FakeUserProfile = {}): FakeUser {
    const id = profile.id ?? this.#nextUserId++;
    const user = new FakeUser({ ...profile, id }, this.#host);
    this.#chats.set(id, user);
    return user;
  }

  /** A group the bot is in. Ids below -1 000 000 000 000 are supergroups. */
  group(id = -1_001_234_567_890, title = 'Neighbours'): FakeGroup {
    const group = new FakeGroup(id, title, this.#host);
    this.#chats.set(id, group);
    return group;
  }

  sentTo(chatId: number): readonly SentMessage[] {
    return this.sent.filter((message) => message.chatId === chatId);
  }

  callsOf(method: string): readonly BotCall[] {
    return this.calls.filter((call) => call.method.toLowerCase() === method.toLowerCase());
  }

  /** The next calls of a method fail like this. Calls add up, and go before `respondWith`. */
  fail(method: string, fault: BotApiFault, times = 1): this {
    for (let left = times; left > 0; left -= 1) this.#scripted.push({ method: method.toLowerCase(), fault });
    return this;
  }

  respondWith(respond: BotResponder): this {
    this.#respond = respond;
    return this;
  }

  /** A file that clients can send and `getFile` gives; returns its id. */
  addFile(content: Uint8Array | string, path = `documents/file_${this.#files.size + 1}.txt`): string {
    const id = `FILE-${this.id}-${this.#files.size + 1}`;
    const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
    this.#files.set(id, { path, content: bytes });
    return id;
  }

  /** Content of a file by its path; `null`: there is none. */
  fileAt(path: string): Uint8Array | null {
    return [...this.#files.values()].find((file) => file.path === path)?.content ?? null;
  }

  /** Pushes any update; returns its id. */
  push(content: Json): number {
    const [kind = ''] = Object.keys(content);
    const isWanted =
      this.#allowedUpdates.length === 0 ? !NOT_BY_DEFAULT.includes(kind) : this.#allowedUpdates.includes(kind);
    return isWanted ? this.#queue.push(content) : 0;
  }

  /** Updates that nobody has confirmed yet. */
  get pending(): readonly Json[] {
    return this.#queue.pending;
  }

  /** Every delivery of an update to a webhook, in order. */
  get pushes(): readonly WebhookPush[] {
    return [...this.#pushes, ...(this.#webhook?.pushes ?? [])];
  }

  /** The webhook that is set; `null`: none is. */
  get webhook(): FakeWebhook['options'] | null {
    return this.#webhook?.options ?? null;
  }

  /** Resolves as soon as `condition` holds; looked at after every call, message, update and push. */
  async until(condition: (bot: this) => boolean): Promise<void> {
    while (!condition(this)) await new Promise<void>((resolve) => this.#waiting.add(resolve));
  }

  /** Takes a call down and says how it fails, if it does. */
  accept(method: string, parameters: Json): BotApiFault | null {
    const call = { method, parameters, at: this.#clock.now() };
    this.calls.push(call);
    const index = this.#scripted.findIndex((next) => next.method === method.toLowerCase());
    const scripted = index < 0 ? undefined : this.#scripted.splice(index, 1)[0]?.fault;
    const fault = scripted ?? this.#respond(call);
    this.#changed();
    return fault;
  }

  /** Carries a call out; resolves to its result. Rejects with {@link RefusedCall}. `gone`: the caller has left. */
  async perform(method: string, parameters: Json, gone: AbortSignal): Promise<unknown> {
    const name = method.toLowerCase();
    if (isSending(name)) return this.#send(method, parameters);
    switch (name) {
      case 'getme':
        return {
          ...this.#me,
          can_join_groups: true,
          can_read_all_group_messages: false,
          supports_inline_queries: false,
        };
      case 'sendchataction':
        this.#chat(parameters).checkWritable();
        return true;
      case 'getupdates':
        return this.#getUpdates(parameters, gone);
      case 'setwebhook':
        return this.#setWebhook(parameters);
      case 'deletewebhook':
        if (isTrue(parameters['drop_pending_updates'])) this.#queue.clear();
        this.#dropWebhook();
        return true;
      case 'getwebhookinfo':
        return this.#webhookInfo();
      case 'getfile':
        return this.#getFile(parameters);
      default:
        throw new RefusedCall({ kind: 'refuses', status: 404, description: 'Not Found: method not found' });
    }
  }

  close(): void {
    this.#dropWebhook();
  }

  get #me(): Json {
    return { id: this.id, is_bot: true, first_name: 'Support', username: this.username };
  }

  get #host(): ConstructorParameters<typeof FakeUser>[1] {
    const now = (): number => Math.floor(this.#clock.now() / 1_000);
    return { me: this.#me, now, push: (update) => this.push(update) };
  }

  #changed(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }

  #chat({ chat_id: id }: Json): FakeUser | FakeGroup {
    if (id === undefined || id === '') {
      throw new RefusedCall({ kind: 'refuses', status: 400, description: 'Bad Request: chat_id is empty' });
    }
    const chat = this.#chats.get(Number(id));
    if (chat === undefined) throw new RefusedCall(botApiFaults.chatNotFound());
    return chat;
  }

  #send(method: string, parameters: Json): Json {
    const { record, result } = sendMessage({
      method,
      parameters,
      chat: this.#chat(parameters),
      knowsFile: (id) => this.#files.has(id),
      me: this.#me,
      now: this.#clock.now(),
    });
    this.sent.push(record);
    this.#changed();
    return result;
  }

  async #getUpdates(parameters: Json, gone: AbortSignal): Promise<unknown> {
    if (this.#webhook !== null) throw new RefusedCall(botApiFaults.webhookActive());
    this.#allow(parameters);
    return this.#queue.ask({
      offset: Number(parameters['offset'] ?? 0),
      limit: Math.min(Math.max(Number(parameters['limit'] ?? 100), 1), 100),
      timeoutMs: Number(parameters['timeout'] ?? 0) * 1_000,
      gone,
    });
  }

  #setWebhook(parameters: Json): true {
    const url = textOf(parameters['url']);
    const secretToken = textOf(parameters['secret_token']);
    if (url !== '' && !URL.canParse(url)) {
      throw new RefusedCall({
        kind: 'refuses',
        status: 400,
        description: 'Bad Request: invalid webhook URL specified',
      });
    }
    if (!/^[\w-]{0,256}$/.test(secretToken)) {
      const description = 'Bad Request: secret token contains unallowed characters';
      throw new RefusedCall({ kind: 'refuses', status: 400, description });
    }
    this.#allow(parameters);
    this.#dropWebhook();
    if (url === '') return true;
    const maxConnections = Math.min(Math.max(Number(parameters['max_connections'] ?? 40), 1), 100);
    const options = { url, secretToken, maxConnections };
    this.#webhook = new FakeWebhook(options, this.#queue, this.#clock, () => this.#changed());
    this.#queue.endPoll();
    this.#webhook.run();
    return true;
  }

  #dropWebhook(): void {
    this.#pushes = this.pushes;
    this.#webhook?.stop();
    this.#webhook = null;
  }

  #webhookInfo(): Json {
    const { url = '', maxConnections } = this.#webhook?.options ?? {};
    const error = this.#webhook?.lastError;
    return {
      url,
      has_custom_certificate: false,
      pending_update_count: this.#queue.pending.length,
      ...(maxConnections !== undefined && { max_connections: maxConnections }),
      ...(error != null && { last_error_date: Math.floor(error.at / 1_000), last_error_message: error.message }),
      ...(this.#allowedUpdates.length > 0 && { allowed_updates: this.#allowedUpdates }),
    };
  }

  #getFile({ file_id: id }: Json): Json {
    const file = this.#files.get(String(id));
    if (file === undefined) throw new RefusedCall(botApiFaults.fileGone());
    return { file_id: id, file_unique_id: `${String(id)}-u`, file_size: file.content.byteLength, file_path: file.path };
  }

  /** An empty list stands for the default, none for what was asked for last. */
  #allow({ allowed_updates: allowed }: Json): void {
    if (Array.isArray(allowed)) this.#allowedUpdates = allowed.map(String);
  }
}

function isTrue(value: unknown): boolean {
  return value === true || value === 'true' || value === '1';
}
