import type { Channel } from '../model/channel';
import type { OutboundDelivery, SendOutcome } from '../model/delivery';
import type { JsonObject } from '../model/json';
import type { Ingress, Pace, SendContext, Transport } from '../ports/transport';

export interface FakeTransportOptions {
  /** Default 10 s. */
  readonly timeoutMs?: number;
  /** People chat here, see `Transport.chat`. Default false. */
  readonly chat?: boolean;
  /** The receiver cannot recognise a repeat, see `Transport.forgetful`. Default false. */
  readonly forgetful?: boolean;
  /** See `Transport.paces`. Default: no limit. */
  readonly paces?: (channel: Channel) => readonly Pace[];
  /** Default: any address is fine as it is; `transportContract`, which asks for some that are none, needs another. */
  readonly checkAddress?: (address: JsonObject) => JsonObject;
}

/** One call of `send`. */
export interface RecordedSend extends OutboundDelivery {
  readonly context: SendContext;
}

/** Answers a send; may take its time. Throwing is what a transport with a bug does. */
export type SendResponder = (outbound: OutboundDelivery, context: SendContext) => SendOutcome | Promise<SendOutcome>;

/** A transport that sends nowhere, remembers everything, and fails when told to. */
export class FakeTransport implements Transport {
  readonly timeoutMs: number;
  readonly chat: boolean;
  readonly forgetful: boolean;
  /** Every send in order, whatever became of it. */
  readonly sent: RecordedSend[] = [];
  /** Where it was shown that an answer is being written, each time. */
  readonly typed: Channel[] = [];
  readonly #paces: (channel: Channel) => readonly Pace[];
  readonly #checkAddress: (address: JsonObject) => JsonObject;
  readonly #scripted: (SendOutcome | Error)[] = [];
  readonly #received = new Map<string, RecordedSend>();
  #respond: SendResponder = () => ({ class: 'ok' });
  #state: 'new' | 'started' | 'stopped' = 'new';
  #ingress: Ingress | null = null;

  constructor(options: FakeTransportOptions = {}) {
    this.timeoutMs = options.timeoutMs ?? 10_000;
    this.chat = options.chat ?? false;
    this.forgetful = options.forgetful ?? false;
    this.#paces = options.paces ?? (() => []);
    this.#checkAddress = options.checkAddress ?? ((address) => address);
  }

  /** Between `start` and `stop`. */
  get started(): boolean {
    return this.#state === 'started';
  }

  /** What it was started with: tests feed messages through it, as a platform would. Throws before `start`. */
  get ingress(): Ingress {
    if (this.#ingress === null) throw new Error('FakeTransport: ingress: the transport is not started');
    return this.#ingress;
  }

  /** What was confirmed so far, as a receiver that remembers delivery ids sees it: each once, in order. */
  get received(): readonly RecordedSend[] {
    return [...this.#received.values()];
  }

  /** The next sends end like this; an `Error` is thrown. Calls add up, and go before `respondWith`. */
  failNext(outcome: SendOutcome | Error, times = 1): this {
    for (let left = times; left > 0; left -= 1) this.#scripted.push(outcome);
    return this;
  }

  /** How all sends end that no `failNext` is left for. */
  respondWith(respond: SendResponder): this {
    this.#respond = respond;
    return this;
  }

  checkAddress(address: JsonObject): JsonObject {
    return this.#checkAddress(address);
  }

  async start(ingress?: Ingress): Promise<void> {
    this.#state = 'started';
    this.#ingress = ingress ?? null;
  }

  paces(channel: Channel): readonly Pace[] {
    return this.#paces(channel);
  }

  async typing(channel: Channel): Promise<void> {
    this.typed.push(channel);
  }

  async send(outbound: OutboundDelivery, context: SendContext): Promise<SendOutcome> {
    if (this.#state === 'stopped') return { class: 'retry', code: 'stopped' };
    if (context.signal.aborted) return ABORTED;
    const send: RecordedSend = { ...outbound, context };
    this.sent.push(send);
    const outcome = this.#scripted.shift() ?? (await unlessAborted(this.#respond(outbound, context), context.signal));
    if (outcome instanceof Error) throw outcome;
    const { id } = outbound.delivery;
    if (outcome.class === 'ok' && !this.#received.has(id)) this.#received.set(id, send);
    return outcome;
  }

  async stop(): Promise<void> {
    this.#state = 'stopped';
  }
}

const ABORTED: SendOutcome = { class: 'retry', code: 'timeout' };

async function unlessAborted(answer: SendOutcome | Promise<SendOutcome>, signal: AbortSignal): Promise<SendOutcome> {
  let abort = (): void => undefined;
  const aborted = new Promise<SendOutcome>((resolve) => (abort = () => resolve(ABORTED)));
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([answer, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
