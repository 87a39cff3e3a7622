import { type Channel, channelKey } from '../../model/channel';
import type { Endpoint } from '../../model/endpoint';
import type { FeedEvent, NewEvent } from '../../model/event';
import type { Attachment } from '../../model/message';
import type { Delivery, DeliveryAttempt } from '../../model/delivery';
import type {
  AcceptParams,
  AcceptResult,
  ClaimedDelivery,
  DeliveryGate,
  DeliveryResult,
  Storage,
} from '../../ports/storage';
import type { CommitParams, CommitResult } from '../../ports/storage-commit';
import type { ConversationState, WorkKind, WorkLease } from '../../ports/storage-work';
import type { IdSource } from '../../ports/id-source';
import { countingIds } from '../counting-ids';
import { equal, given, isTrue } from './assert';
import { Rows } from './rows';
import { CHANNEL, FAR, LEASE_MS, T0, type Turn } from './values';

export type Accepted = Extract<AcceptResult, { status: 'accepted' }>;

export interface HearOptions {
  readonly id?: string;
  readonly clientId?: string;
  readonly text?: string;
  readonly originalText?: string;
  readonly attachments?: readonly Attachment[];
  readonly automated?: boolean;
  readonly locale?: string;
  readonly name?: string;
  readonly region?: string;
  readonly channel?: Channel | null;
  /** Default none. */
  readonly defaultChannel?: Channel;
  readonly key?: string;
  readonly fingerprint?: string;
  readonly keyExpiresAt?: number;
  readonly leased?: boolean;
  /** Default none: due at once. */
  readonly turn?: AcceptParams['turn'];
}

/** One tenant of the storage under test, with a time of its own, and the calls the cases are made of. */
export class Fixture {
  readonly storage: Storage;
  readonly tenant: string;
  readonly rows: Rows;
  now = T0;
  readonly #ids: IdSource;

  constructor(storage: Storage, tenant: string, ids: IdSource = countingIds(tenant)) {
    this.storage = storage;
    this.tenant = tenant;
    this.#ids = ids;
    this.rows = new Rows(tenant, ids, () => this.now);
  }

  /** The same time and storage in another tenant. */
  neighbour(): Fixture {
    return new Fixture(this.storage, `${this.tenant}-neighbour`);
  }

  /** The same tenant, going on, through another storage. */
  through(storage: Storage): Fixture {
    const fixture = new Fixture(storage, this.tenant, this.#ids);
    fixture.now = this.now;
    return fixture;
  }

  id(): string {
    return this.#ids.next();
  }

  wait(ms: number): void {
    this.now += ms;
  }

  accept(options: HearOptions = {}): Promise<AcceptResult> {
    const { key, locale = null, name = null, channel = CHANNEL, defaultChannel = null, text = 'Hello' } = options;
    return this.storage.accept({
      tenant: this.tenant,
      now: this.now,
      message: {
        id: options.id ?? this.id(),
        clientId: options.clientId ?? 'client',
        text,
        originalText: options.originalText ?? null,
        locale,
        attachments: options.attachments ?? [],
        automated: options.automated ?? false,
      },
      turn: options.turn ?? null,
      newConversationId: this.id(),
      client: { name, locale, region: options.region ?? null },
      channel,
      channelKey: channel === null ? null : channelKey(channel),
      defaultChannel: defaultChannel === null ? null : { channel: defaultChannel, key: channelKey(defaultChannel) },
      idempotency:
        key === undefined
          ? null
          : { key, fingerprint: options.fingerprint ?? 'same', expiresAt: options.keyExpiresAt ?? null },
      lease: options.leased === true ? { token: this.id(), until: this.now + LEASE_MS } : null,
    });
  }

  async hear(options: HearOptions = {}): Promise<Accepted> {
    const result = await this.accept(options);
    if (result.status !== 'accepted') throw new Error(`expected an accepted message, got ${result.status}`);
    return result;
  }

  /** Hears a message and takes the turn. */
  async hearLeased(options: HearOptions = {}): Promise<Turn> {
    const { work } = await this.hear({ ...options, leased: true });
    const { lease, state } = given(work, 'the lease asked for');
    return { lease, state: { ...state, message: given(state.message, 'a message to decide') } };
  }

  commit(params: CommitParams): Promise<CommitResult> {
    return this.storage.commit(params);
  }

  /** Decides the message of a turn, with one reply unless told otherwise; must be committed. */
  async decide(turn: Turn, changes: Partial<CommitParams> = {}): Promise<ConversationState | null> {
    const result = await this.commit(this.rows.decision(turn, changes));
    if (result.status !== 'committed') throw new Error(`expected a committed decision, got ${result.status}`);
    return result.next;
  }

  /** Decides all there is to decide in a conversation; how many it was. */
  async workOff(turn: Turn): Promise<number> {
    let decided = 0;
    for (let { state }: { state: ConversationState | null } = turn; state !== null; decided += 1) {
      const message = given(state.message, 'a message to decide');
      isTrue(decided < 1_000, 'an end of what there is to decide');
      state = await this.decide({ lease: turn.lease, state: { ...state, message } });
    }
    return decided;
  }

  /** What a person does in the conversation as it is now; must be committed. */
  async act(conversationId: string, changes: Partial<CommitParams>): Promise<void> {
    const { conversation } = await this.state(conversationId);
    const result = await this.commit(this.rows.act(conversation, changes));
    equal(result.status, 'committed', 'what a person does');
  }

  /** Hears a message and answers it with these replies, by default one that is due now. */
  async answered(options: HearOptions & { readonly replies?: CommitParams['outbound'] } = {}): Promise<{
    readonly conversationId: string;
    readonly messageId: string;
    readonly deliveries: readonly string[];
  }> {
    const turn = await this.hearLeased(options);
    const outbound = options.replies ?? [this.rows.reply()];
    await this.decide(turn, { outbound });
    return {
      conversationId: turn.state.conversation.id,
      messageId: turn.state.message.id,
      deliveries: outbound.flatMap(({ delivery }) => delivery?.id ?? []),
    };
  }

  async state(conversationId: string): Promise<ConversationState> {
    const [state] = await this.storage.states({ tenant: this.tenant, conversationIds: [conversationId] });
    return given(state, 'the conversation');
  }

  claim(
    kind: Exclude<WorkKind, 'deliver'>,
    options: { readonly limit?: number; readonly conversationId?: string } = {},
  ): Promise<readonly WorkLease[]> {
    const { tenant, now } = this;
    return this.storage.claim({ tenant, kind, now, token: this.id(), until: now + LEASE_MS, limit: 10, ...options });
  }

  /** Claims the one conversation whose turn it is and reads what is to be decided. */
  async claimTurn(of: { readonly conversationId?: string } = {}): Promise<Turn> {
    const [lease] = await this.claim('process', { limit: 1, ...of });
    const state = await this.state(given(lease, 'a lane to claim').conversationId);
    return { lease: given(lease), state: { ...state, message: given(state.message, 'a message to decide') } };
  }

  claimDeliveries(
    options: { readonly limit?: number; readonly gate?: DeliveryGate } = {},
  ): Promise<readonly ClaimedDelivery[]> {
    const { tenant, now } = this;
    const gate: DeliveryGate = () => ({ action: 'send' });
    const times = { now, token: this.id(), until: now + LEASE_MS };
    return this.storage.claimDeliveries({ tenant, ...times, limit: 10, gate, ...options });
  }

  /** Claims deliveries and expects to be given just these. */
  async claimThese(...ids: readonly string[]): Promise<readonly ClaimedDelivery[]> {
    const claimed = await this.claimDeliveries();
    equal(
      claimed.map(({ delivery }) => delivery.id),
      ids,
      'deliveries claimed',
    );
    return claimed;
  }

  /** Claims the one delivery that is due. */
  async claimOne(): Promise<ClaimedDelivery> {
    const [claimed] = await this.claimDeliveries();
    return given(claimed, 'a delivery to claim');
  }

  replay(deliveryId: string): Promise<Delivery | null> {
    return this.storage.replayDelivery({ tenant: this.tenant, now: this.now, deliveryId, operatorId: 'operator-1' });
  }

  finish(...results: readonly DeliveryResult[]): Promise<readonly string[]> {
    return this.storage.finishDeliveries({ tenant: this.tenant, now: this.now, results });
  }

  async delivery(deliveryId: string): Promise<Delivery & { readonly history: readonly DeliveryAttempt[] }> {
    const found = await this.storage.delivery({ tenant: this.tenant, deliveryId });
    const { delivery, attempts } = given(found, 'the delivery');
    return { ...delivery, history: attempts };
  }

  /** Writes a row in the place of the one there is, if its version is still the one before. */
  putEndpoint(endpoint: Endpoint, wake: string | null = null, events: readonly NewEvent[] = []): Promise<boolean> {
    const { tenant, now } = this;
    const expectedVersion = endpoint.version === 1 ? null : endpoint.version - 1;
    return this.storage.putEndpoint({ tenant, now, endpoint, expectedVersion, wake, events });
  }

  async endpoint(key: string): Promise<Endpoint | null> {
    return (await this.storage.endpoints({ tenant: this.tenant, keys: [key] }))[0] ?? null;
  }

  wake(waitsFor: string, limit = 100): Promise<number> {
    return this.storage.wake({ tenant: this.tenant, now: this.now, waitsFor, limit });
  }

  nextDueAt(...kinds: readonly WorkKind[]): Promise<number | null> {
    return this.storage.nextDueAt({ tenant: this.tenant, kinds });
  }

  putTemplate(key: string, locale: string, text: string | null): Promise<void> {
    const { tenant, now } = this;
    const event = { type: 'template.changed', at: now, conversationId: null, data: { key, locale } } as const;
    return this.storage.putTemplate({ tenant, now, key, locale, text, event });
  }

  archive(clientId: string): ReturnType<Storage['archive']> {
    return this.storage.archive({ tenant: this.tenant, now: this.now, clientId, operatorId: 'operator-1' });
  }

  erase(clientId: string): ReturnType<Storage['erase']> {
    return this.storage.erase({ tenant: this.tenant, now: this.now, clientId, operatorId: 'operator-1' });
  }

  /** Removes what is old; keeps, unless told otherwise, conversations and events for ever. */
  prune(options: Partial<Parameters<Storage['prune']>[0]> = {}): ReturnType<Storage['prune']> {
    const { tenant, now } = this;
    return this.storage.prune({ tenant, now, conversationsBefore: null, eventsBefore: null, limit: 100, ...options });
  }

  /** The last entries of the feed. */
  async lastEvents(count: number): Promise<readonly FeedEvent[]> {
    return (await this.storage.events({ tenant: this.tenant, after: 0, limit: 1_000 })).slice(-count);
  }

  /** Lanes there are, whenever they are due. */
  async lanes(): Promise<Readonly<Record<WorkKind, number>>> {
    return (await this.storage.counts({ tenant: this.tenant, now: FAR })).work;
  }

  /** All that can be read, to see whether a call left something behind. */
  async everything(): Promise<unknown> {
    const { storage, tenant, now } = this;
    const page = { tenant, limit: 500 };
    const conversations = (await storage.conversations(page)).items;
    const conversationIds = conversations.map(({ id }) => id);
    const deliveries = (await storage.deliveries(page)).items;
    return {
      states: await storage.states({ tenant, conversationIds }),
      messages: await Promise.all(
        conversationIds.map((conversationId) => storage.messages({ ...page, conversationId })),
      ),
      reminders: await Promise.all(
        conversationIds.map((conversationId) => storage.reminders({ tenant, conversationId })),
      ),
      incidents: (await storage.incidents(page)).items,
      notes: await Promise.all(conversationIds.map((conversationId) => storage.notes({ tenant, conversationId }))),
      deliveries: await Promise.all(deliveries.map(({ id: deliveryId }) => storage.delivery({ tenant, deliveryId }))),
      tickets: (await storage.tickets(page)).items,
      queue: await storage.queue({ tenant, limit: 100 }),
      templates: await storage.templates({ tenant }),
      endpoints: (await storage.endpointPage(page)).items,
      events: await storage.events({ tenant, after: 0, limit: 1_000 }),
      counts: await storage.counts({ tenant, now }),
      due: await Promise.all(
        (['process', 'deliver', 'remind', 'watch', 'announce'] as const).map((kind) => this.nextDueAt(kind)),
      ),
    };
  }
}
