import { networkFault } from './network-fault';
import { TelegramFault } from './telegram-fault';

/** Most that is read of an answer, in bytes. The server puts at most 4 MiB of updates into one. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

/** `fetch` as the client library calls it. */
export type BotFetch = (url: string, init: BotRequest) => Promise<{ json(): Promise<unknown> }>;

interface BotRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The library brings an abort signal of its own make, which the platform's `fetch` need not take. */
  readonly signal: Pick<AbortSignal, 'aborted' | 'addEventListener'>;
}

/**
 * The `fetch` under the client library. Rejects only with a {@link TelegramFault}, reads a bounded answer, and takes
 * nothing for an answer but what the Bot API says itself: a proxy's error page tells nothing about the request.
 */
export function botFetch(fetch: typeof globalThis.fetch): BotFetch {
  return async (url, { method, headers, body, signal }) => {
    const stop = new AbortController();
    if (signal.aborted) stop.abort();
    else signal.addEventListener('abort', () => stop.abort(), { once: true });
    const response = await fetch(url, {
      method,
      // `connection` is not for a caller of `fetch` to set.
      headers: { 'content-type': headers['content-type'] ?? 'application/json' },
      body,
      redirect: 'manual',
      signal: stop.signal,
    }).catch((error: unknown) => {
      throw networkFault(error);
    });
    const answer = botAnswer(await textOf(response));
    if (answer === null) throw noAnswer(response);
    return { json: () => Promise.resolve(answer) };
  };
}

function botAnswer(text: string): object | null {
  try {
    const answer: unknown = JSON.parse(text);
    if (typeof answer !== 'object' || answer === null) return null;
    return typeof (answer as { ok?: unknown }).ok === 'boolean' ? answer : null;
  } catch {
    return null;
  }
}

async function textOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    // Node's streams can be iterated; the types of the web's do not say so.
    for await (const chunk of (response.body ?? []) as unknown as AsyncIterable<Uint8Array>) {
      size += chunk.byteLength;
      if (size > MAX_ANSWER_BYTES) return '';
      chunks.push(chunk);
    }
  } catch {
    // Broken off: what is there is no JSON.
    return '';
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Somebody else answered: a proxy, a load balancer, a portal. Only below 500 does that mean that nothing was done. */
function noAnswer({ status, headers }: Response): TelegramFault {
  const code = status >= 300 && status < 400 ? 'redirect' : `http_${status}`;
  const refused = status >= 300 && status < 500;
  const seconds = Number(headers.get('retry-after') ?? Number.NaN);
  return new TelegramFault({
    code: status < 300 ? 'bad_response' : code,
    status,
    maybeDone: !refused,
    ...(seconds > 0 && { retryAfterMs: seconds * 1_000 }),
  });
}
