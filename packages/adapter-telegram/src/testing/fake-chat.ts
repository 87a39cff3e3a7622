import { botApiFaults, RefusedCall } from './bot-api-faults';
import type { Json } from './json';

/** What a chat needs of the bot that it is a chat with. */
export interface ChatHost {
  readonly me: Json;
  /** Epoch seconds. */
  now(): number;
  push(update: Json): number;
}

export interface FakeUserProfile {
  /** Default: a new one. */
  readonly id?: number;
  /** Default `Anna`. */
  readonly firstName?: string;
  readonly lastName?: string;
  readonly username?: string;
  /** What the user's app is set to, for example `ru`. Default none. */
  readonly languageCode?: string;
  /** Default false. */
  readonly isBot?: boolean;
}

/** A file as it comes with a message. */
export interface FakeFileProfile {
  readonly fileId: string;
  readonly mimeType?: string;
  readonly size?: number;
  readonly caption?: string;
}

/** Numbers of messages and whether the bot may write: what private chats and groups share. */
export abstract class FakeChat {
  readonly id: number;
  protected readonly host: ChatHost;
  readonly #texts = new Map<number, Json>();
  #lastMessageId = 0;

  constructor(id: number, host: ChatHost) {
    this.id = id;
    this.host = host;
  }

  /** As it stands in messages. */
  abstract readonly wire: Json;

  /** Throws where the bot may not write. */
  abstract checkWritable(): void;

  nextMessageId(): number {
    this.#lastMessageId += 1;
    return this.#lastMessageId;
  }

  /** Pushes a message; returns its id. */
  protected post(from: Json, content: Json): number {
    const message = {
      message_id: this.nextMessageId(),
      date: this.host.now(),
      from,
      chat: this.wire,
      ...commandEntities(content),
      ...content,
    };
    this.#texts.set(message.message_id, message);
    this.host.push({ message });
    return message.message_id;
  }

  /** Pushes an edit of an earlier message. */
  protected change(messageId: number, content: Json): void {
    const message = this.#texts.get(messageId);
    if (message === undefined) throw new Error(`no message ${messageId} in chat ${this.id}`);
    const edited = { ...message, ...content, edit_date: this.host.now() };
    this.#texts.set(messageId, edited);
    this.host.push({ edited_message: edited });
  }

  protected memberChange(from: Json, before: string, after: string): void {
    const member = (status: string): Json => ({
      user: this.host.me,
      status,
      ...(status === 'kicked' && { until_date: 0 }),
    });
    this.host.push({
      my_chat_member: {
        chat: this.wire,
        from,
        date: this.host.now(),
        old_chat_member: member(before),
        new_chat_member: member(after),
      },
    });
  }
}

/** A person, or another bot, in a private chat with the bot. */
export class FakeUser extends FakeChat {
  readonly from: Json;
  readonly wire: Json;
  #state: 'open' | 'blocked' | 'deactivated' = 'open';

  constructor(profile: FakeUserProfile & { readonly id: number }, host: ChatHost) {
    super(profile.id, host);
    const { id, firstName = 'Anna', lastName, username, languageCode, isBot = false } = profile;
    const names = {
      first_name: firstName,
      ...(lastName !== undefined && { last_name: lastName }),
      ...(username !== undefined && { username }),
    };
    this.from = { id, is_bot: isBot, ...names, ...(languageCode !== undefined && { language_code: languageCode }) };
    this.wire = { id, type: 'private', ...names };
  }

  writes(text: string): number {
    return this.post(this.from, { text });
  }

  edits(messageId: number, text: string): void {
    this.change(messageId, { text });
  }

  sendsPhoto({ fileId, size = 90_000, caption }: FakeFileProfile): number {
    const sizes = [
      { file_id: `${fileId}-small`, file_unique_id: `${fileId}-s`, width: 90, height: 60, file_size: 1_000 },
      { file_id: fileId, file_unique_id: `${fileId}-l`, width: 1_280, height: 853, file_size: size },
    ];
    return this.post(this.from, { photo: sizes, ...(caption !== undefined && { caption }) });
  }

  sendsDocument({ fileId, mimeType = 'application/pdf', size = 20_000, caption }: FakeFileProfile): number {
    const document = { file_id: fileId, file_unique_id: `${fileId}-u`, mime_type: mimeType, file_size: size };
    return this.post(this.from, { document, ...(caption !== undefined && { caption }) });
  }

  /** A message with any members of the Bot API's `Message`. */
  sends(content: Json): number {
    return this.post(this.from, content);
  }

  blocks(): void {
    this.#state = 'blocked';
    this.memberChange(this.from, 'member', 'kicked');
  }

  unblocks(): void {
    this.#state = 'open';
    this.memberChange(this.from, 'kicked', 'member');
  }

  /** Deletes the account. */
  deactivates(): void {
    this.#state = 'deactivated';
  }

  checkWritable(): void {
    if (this.#state === 'blocked') throw new RefusedCall(botApiFaults.blocked());
    if (this.#state === 'deactivated') throw new RefusedCall(botApiFaults.deactivated());
  }
}

/** A group that the bot is in. */
export class FakeGroup extends FakeChat {
  readonly wire: Json;
  readonly #kind: 'group' | 'supergroup';
  #isMember = true;
  #migratedTo: number | null = null;

  constructor(id: number, title: string, host: ChatHost) {
    super(id, host);
    this.#kind = id < -1_000_000_000_000 ? 'supergroup' : 'group';
    this.wire = { id, type: this.#kind, title };
  }

  /** `extra`: further members of the Bot API's `Message`, such as `reply_to_message`. */
  says(user: FakeUser, text: string, extra: Json = {}): number {
    return this.post(user.from, { text, ...extra });
  }

  kicksBot(by: FakeUser): void {
    this.#isMember = false;
    this.memberChange(by.from, 'member', 'kicked');
  }

  takesBotBack(by: FakeUser): void {
    this.#isMember = true;
    this.memberChange(by.from, 'kicked', 'member');
  }

  /** Becomes the supergroup of that id; who writes to the old one is told so. */
  migratesTo(id: number): void {
    this.#migratedTo = id;
  }

  checkWritable(): void {
    if (this.#migratedTo !== null) throw new RefusedCall(botApiFaults.migrated(this.#migratedTo));
    if (!this.#isMember) throw new RefusedCall(botApiFaults.kicked(this.#kind));
  }
}

function commandEntities({ text }: Json): Json {
  const length = typeof text === 'string' ? /^\/\w+(?:@\w+)?/.exec(text)?.[0].length : undefined;
  return length === undefined ? {} : { entities: [{ type: 'bot_command', offset: 0, length }] };
}
