import { FirstlineError } from '@firstline/core';
import type { BotApi } from './bot-api';
import { fileIdOf } from './outbound-parts';
import { TelegramFault } from './telegram-fault';

const TIMEOUT_MS = 20_000;

/** The content of a file that a client sent. */
export interface TelegramFile {
  readonly body: ReadableStream<Uint8Array>;
  /** Bytes; `null`: Telegram does not say. */
  readonly size: number | null;
  /** The last part of its path at Telegram, such as `file_7.jpg`; not the name the client gave it. */
  readonly name: string;
}

/**
 * Opens a file by the `url` of an attachment or by its id. Rejects with `not_found`, whose `retryable` says whether the
 * same call may succeed later. `signal` also ends the reading of `body`.
 */
export async function openFile(api: BotApi, file: string, signal?: AbortSignal): Promise<TelegramFile> {
  const options = { timeoutMs: TIMEOUT_MS, ...(signal !== undefined && { signal }) };
  try {
    const found = await api.call((raw, stop) => raw.getFile({ file_id: fileIdOf(file) ?? file }, stop), options);
    // A server of one's own in local mode tells a place on its disk instead, which cannot be fetched.
    const path = found.file_path ?? '';
    if (path === '' || path.startsWith('/')) throw new TelegramFault({ code: 'no_path', status: 400 });
    const { body, ok, status } = await api.download(path, options);
    if (!ok || body === null) throw new TelegramFault({ code: `http_${status}`, status });
    return { body, size: found.file_size ?? null, name: path.split('/').at(-1) ?? path };
  } catch (error) {
    const { code, status } = error as TelegramFault;
    const retryable = status === null || status === 429 || status >= 500;
    const advice = retryable ? 'try again later' : 'it is gone, too large (over 20 MB), or of another bot';
    throw new FirstlineError('not_found', `Telegram does not give the file (${code}): ${advice}`, { retryable });
  }
}
