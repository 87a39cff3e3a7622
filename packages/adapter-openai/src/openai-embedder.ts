import { type Embedder, FirstlineError } from '@firstline/core';
import { type Connection, type ConnectionOptions, connectionOf } from './connection';
import { withDeadline } from './deadline';
import { modelFailure } from './model-failure';

export interface OpenAIEmbedderOptions extends ConnectionOptions {
  /** As the server calls it. Default `'text-embedding-3-small'`. */
  readonly model?: string;
  /** Coordinates per point, for models that can shorten theirs. Default: the model's own. */
  readonly dimensions?: number;
}

/**
 * Points for texts from the embeddings API of OpenAI, or of any server that speaks it. One attempt per call; rejects with
 * `model_failed`, without keys or texts. Throws `invalid_options`.
 */
export function openaiEmbedder(options: OpenAIEmbedderOptions): Embedder {
  const { model = 'text-embedding-3-small', dimensions } = options;
  const invalid = (path: string, problem: string): FirstlineError =>
    new FirstlineError('invalid_options', `openaiEmbedder: ${path} ${problem}`, { path });
  if (typeof model !== 'string' || model === '') throw invalid('model', 'must be a name');
  if (dimensions !== undefined && !(Number.isInteger(dimensions) && dimensions > 0)) {
    throw invalid('dimensions', 'must be a whole number from 1');
  }
  return new OpenAIEmbedder(connectionOf(options, 'openaiEmbedder'), model, dimensions);
}

class OpenAIEmbedder implements Embedder {
  /** With the number of coordinates where it was asked for: such points cannot be compared with others. */
  readonly model: string;
  readonly #connection: Connection;
  readonly #name: string;
  readonly #dimensions: number | undefined;

  constructor(connection: Connection, name: string, dimensions: number | undefined) {
    this.model = dimensions === undefined ? name : `${name}:${dimensions}`;
    this.#connection = connection;
    this.#name = name;
    this.#dimensions = dimensions;
  }

  async embed(
    texts: readonly string[],
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<readonly (readonly number[])[]> {
    const { client, timeoutMs } = this.#connection;
    try {
      const answer = await withDeadline(timeoutMs, options.signal, (signal) =>
        client.embeddings.create(
          {
            model: this.#name,
            input: [...texts],
            // Not the SDK's default of base64, which not every compatible server knows.
            encoding_format: 'float',
            ...(this.#dimensions !== undefined && { dimensions: this.#dimensions }),
          },
          { signal, maxRetries: 0, timeout: timeoutMs },
        ),
      );
      const points = [...answer.data].sort((a, b) => a.index - b.index).map(({ embedding }) => embedding);
      if (points.length !== texts.length) throw new TypeError('another number of points');
      return points;
    } catch (error) {
      throw modelFailure(error, this.#name);
    }
  }
}
