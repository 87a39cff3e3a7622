import { once } from 'node:events';
import type { Response } from 'express';

/** Proxies close a connection that is silent for a minute. */
const HEARTBEAT_MS = 15_000;

/** One follower's Server-Sent Events. */
export class EventStream {
  readonly #res: Response;
  readonly #gone = new AbortController();
  readonly #heartbeat: NodeJS.Timeout;

  constructor(res: Response) {
    this.#res = res;
    res.on('close', () => this.#gone.abort());
    res.writeHead(200, {
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-cache, no-transform',
      'X-Accel-Buffering': 'no',
    });
    res.flushHeaders();
    this.#heartbeat = setInterval(() => res.write(': alive\n\n'), HEARTBEAT_MS);
  }

  /** Aborted when the follower has left. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  /** Resolves when the follower can take more; a slow one must not make the server hold its backlog. */
  async send(message: { readonly id: number; readonly event: string; readonly data: unknown }): Promise<void> {
    const { id, event, data } = message;
    const taken = this.#res.write(`id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    if (!taken) await once(this.#res, 'drain', { signal: this.gone }).catch(() => undefined);
  }

  end(): void {
    clearInterval(this.#heartbeat);
    this.#res.end();
  }
}
