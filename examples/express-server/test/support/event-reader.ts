import type { Json } from './test-server';

export interface ReadEvent {
  readonly id: string;
  readonly event: string;
  readonly data: Json;
}

/** Reads a stream of Server-Sent Events, as an EventSource would. */
export class EventReader {
  readonly #body: ReadableStreamDefaultReader<Uint8Array>;
  readonly #leave: AbortController;
  readonly #decoder = new TextDecoder();
  #rest = '';
  readonly response: Response;
  readonly comments: string[] = [];

  private constructor(response: Response, leave: AbortController) {
    if (response.body === null) throw new Error('the stream has no body');
    this.response = response;
    this.#body = response.body.getReader();
    this.#leave = leave;
  }

  static async open(url: string, headers: Record<string, string> = {}): Promise<EventReader> {
    const leave = new AbortController();
    return new EventReader(await fetch(url, { headers, signal: leave.signal }), leave);
  }

  /** The next event; `null`: the stream has ended. Comments are put aside on the way. */
  async next(): Promise<ReadEvent | null> {
    for (;;) {
      const block = await this.#block();
      if (block === null) return null;
      if (!block.startsWith(':')) return parse(block);
      this.comments.push(block);
    }
  }

  async take(count: number): Promise<ReadEvent[]> {
    const events: ReadEvent[] = [];
    while (events.length < count) events.push(await this.#existing());
    return events;
  }

  /** Reads on to the first event that fits. */
  async until(fits: (event: ReadEvent) => boolean): Promise<ReadEvent> {
    for (;;) {
      const event = await this.#existing();
      if (fits(event)) return event;
    }
  }

  leave(): void {
    this.#leave.abort();
  }

  /** One block, be it an event or a comment; `null`: the stream has ended. */
  async #block(): Promise<string | null> {
    for (;;) {
      const end = this.#rest.indexOf('\n\n');
      if (end >= 0) {
        const block = this.#rest.slice(0, end);
        this.#rest = this.#rest.slice(end + 2);
        return block;
      }
      const { done, value } = await this.#body.read();
      if (done) return null;
      this.#rest += this.#decoder.decode(value, { stream: true });
    }
  }

  async #existing(): Promise<ReadEvent> {
    const event = await this.next();
    if (event === null) throw new Error('the stream ended early');
    return event;
  }
}

function parse(block: string): ReadEvent {
  const fields = new Map(
    block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
  );
  const data = JSON.parse(fields.get('data') ?? '') as Json;
  return { id: fields.get('id') ?? '', event: fields.get('event') ?? '', data };
}
