import type { OutboundDelivery, SendOutcome } from '../model/delivery';
import type { JsonObject } from '../model/json';
import type { SendContext, Transport } from '../ports/transport';

export interface FakeTransportOptions {
  /** Default 10 s. */
  readonly timeoutMs?: number;
  /** People chat here, see `Transport.chat`. Default false. */
  readonly chat?: boolean;
  /** Default: any address is fine as it is. */
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
  /** Every send in order, whatever became of it. */
  readonly sent: RecordedSend[] = [];
  readonly #checkAddress: (address: JsonObject) => JsonObject;
  readonly #scripted: (SendOutcome | Error)[] = [];
  readonly #received = new Map<string, RecordedSend>();
  #respond: SendResponder = () => ({ class: 'ok' });
  #started = false;

  constructor(options: FakeTransportOptions = {}) {
    this.timeoutMs = options.timeoutMs ?? 10_000;
    this.chat = options.chat ?? false;
    this.#checkAddress = options.checkAddress ?? ((address) => address);
  }

  /** Between `start` and `stop`. */
  get started(): boolean {
    return this.#started;
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

  async start(): Promise<void> {
    this.#started = true;
  }

  async send(outbound: OutboundDelivery, context: SendContext): Promise<SendOutcome> {
    const send: RecordedSend = { ...outbound, context };
    this.sent.push(send);
    const outcome = this.#scripted.shift() ?? (await this.#respond(outbound, context));
    if (outcome instanceof Error) throw outcome;
    const { id } = outbound.delivery;
    if (outcome.class === 'ok' && !this.#received.has(id)) this.#received.set(id, send);
    return outcome;
  }

  async stop(): Promise<void> {
    this.#started = false;
  }
}
