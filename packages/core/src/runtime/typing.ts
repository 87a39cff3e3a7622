import type { Channel } from '../model/channel';
import type { Clock } from '../ports/clock';
import type { Transport } from '../ports/transport';

/** Messengers show it for about five seconds. */
const AGAIN_MS = 4_000;
/** Nobody types for longer, whatever the delay. */
const LONGEST_MS = 60_000;

/**
 * Shows that an answer is being written, while it waits for its delay. In this process and while it runs only: nothing
 * depends on it, and nobody waits for it.
 */
export class Typing {
  readonly #clock: Clock;
  readonly #transports: ReadonlyMap<string, Transport>;
  #running: AbortController | null = null;

  constructor(clock: Clock, transports: ReadonlyMap<string, Transport>) {
    this.#clock = clock;
    this.#transports = transports;
  }

  start(): void {
    this.#running ??= new AbortController();
  }

  stop(): void {
    this.#running?.abort();
    this.#running = null;
  }

  /** Until an answer in this channel may be sent. */
  show(channel: Channel | null, sendAt: number): void {
    const signal = this.#running?.signal;
    const transport = channel === null ? undefined : this.#transports.get(channel.transport);
    if (channel === null || signal === undefined || transport?.chat !== true || transport.typing === undefined) return;
    const until = Math.min(sendAt, this.#clock.now() + LONGEST_MS);
    void this.#show(transport, channel, until, signal);
  }

  async #show(transport: Transport, channel: Channel, until: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted && this.#clock.now() < until) {
      try {
        await transport.typing?.(channel);
      } catch {
        return;
      }
      await this.#clock.sleep(Math.min(AGAIN_MS, until - this.#clock.now()), signal);
    }
  }
}
