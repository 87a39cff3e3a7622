import type {
  JsonValue,
  LanguageModel,
  LanguageModelAnswer,
  LanguageModelRequest,
  LanguageModelUsage,
} from '@firstline/core';
import { FirstlineError } from '@firstline/core';
import type { OpenAI } from 'openai';
import { isApiError } from './api-error';
import { type Connection, type ConnectionOptions, connectionOf } from './connection';
import { withDeadline } from './deadline';
import { type Dialect, withoutRefused } from './dialect';
import { labelProbability } from './label-probability';
import { modelFailure } from './model-failure';

export interface OpenAIModelOptions extends ConnectionOptions {
  /** As the server calls it. Default `'gpt-4o-mini'`. */
  readonly model?: string;
  /** US dollars per million tokens, from the provider's list: needed for budgets in dollars. Default: none. */
  readonly price?: LanguageModel['price'];
  /**
   * Ask for the probabilities of tokens, from which that of the label is computed. Default: at OpenAI itself. A server
   * that refuses them is asked without from then on.
   */
  readonly logprobs?: boolean;
}

type Completion = OpenAI.Chat.Completions.ChatCompletion;
type Params = OpenAI.Chat.Completions.ChatCompletionCreateParamsNonStreaming;

/**
 * A language model behind the chat completions API of OpenAI, or of any server that speaks it, by the official SDK. Asks
 * for structured outputs, strictly; a server that refuses them (HTTP 400 or 422 that names them) is asked in JSON mode
 * from then on. One attempt per call, apart from that: the SDK's retries are off, since repeating is the caller's.
 *
 * Errors hold neither the key nor any text, and neither does the model when it is printed. Throws `invalid_options`.
 */
export function openaiModel(options: OpenAIModelOptions): LanguageModel {
  const { model = 'gpt-4o-mini', price, logprobs } = options;
  if (typeof model !== 'string' || model === '') {
    throw new FirstlineError('invalid_options', 'openaiModel: model must be a name', { path: 'model' });
  }
  const connection = connectionOf(options, 'openaiModel');
  return new OpenAIModel(connection, model, price, logprobs ?? connection.isOfficial);
}

class OpenAIModel implements LanguageModel {
  readonly name: string;
  readonly price?: NonNullable<LanguageModel['price']>;
  // Private in earnest: a client prints its key.
  readonly #connection: Connection;
  #dialect: Dialect;

  constructor(connection: Connection, name: string, price: LanguageModel['price'], logprobs: boolean) {
    this.name = name;
    if (price !== undefined) this.price = price;
    this.#connection = connection;
    const limits = ['max_completion_tokens', 'max_tokens'] as const;
    this.#dialect = {
      schema: true,
      temperature: true,
      logprobs,
      limits: connection.isOfficial ? limits : limits.toReversed(),
    };
  }

  async complete(request: LanguageModelRequest): Promise<LanguageModelAnswer> {
    const { timeoutMs } = this.#connection;
    try {
      return await withDeadline(timeoutMs, request.signal, async (signal) =>
        read(await this.#create(request, signal), request),
      );
    } catch (error) {
      // Azure answers so where its filter stops the question itself.
      if (isApiError(error) && error.code === 'content_filter') return { kind: 'refusal', usage: usageOf() };
      throw modelFailure(error, this.name);
    }
  }

  /** Asks again, at once, only where the server refused a part of the request that it can do without. */
  async #create(request: LanguageModelRequest, signal: AbortSignal): Promise<Completion> {
    const { client, timeoutMs } = this.#connection;
    for (let dialect = this.#dialect; ;) {
      try {
        const params = paramsOf(request, this.name, dialect);
        const completion = await client.chat.completions.create(params, { signal, maxRetries: 0, timeout: timeoutMs });
        // Only what has worked: a request may be refused for another reason than the one it seemed to be.
        this.#dialect = dialect;
        return completion;
      } catch (error) {
        const next = withoutRefused(dialect, error);
        if (next === null) throw error;
        dialect = next;
      }
    }
  }
}

function paramsOf(request: LanguageModelRequest, model: string, dialect: Dialect): Params {
  const { instructions, input, schema, maxOutputTokens, probabilityOf } = request;
  const inWords = `\n\nAnswer with one JSON object of this JSON schema, and nothing else:\n${JSON.stringify(schema.definition)}`;
  return {
    model,
    messages: [
      { role: 'system', content: dialect.schema ? instructions : instructions + inWords },
      { role: 'user', content: input },
    ],
    response_format: dialect.schema
      ? { type: 'json_schema', json_schema: { name: schema.name, strict: true, schema: { ...schema.definition } } }
      : { type: 'json_object' },
    [dialect.limits[0] ?? 'max_tokens']: maxOutputTokens,
    ...(dialect.temperature && { temperature: 0 }),
    ...(dialect.logprobs && probabilityOf !== undefined && { logprobs: true }),
  };
}

/** Servers that are only compatible leave members out, so nothing is taken for granted. */
function read(completion: Completion, { probabilityOf }: LanguageModelRequest): LanguageModelAnswer {
  const choice = (completion as Partial<Completion> | null)?.choices?.[0];
  if (choice?.message === undefined) throw new TypeError('no chat completion');
  const usage = usageOf(completion.usage);
  const { message, finish_reason: reason, logprobs } = choice;
  if (reason === 'content_filter' || message.refusal) return { kind: 'refusal', usage };
  if (reason === 'length') return { kind: 'broken', reason: 'truncated', usage };
  const value = parsed(message.content);
  if (value === undefined) return { kind: 'broken', reason: 'invalid_json', usage };
  const label = probabilityOf === undefined ? undefined : memberOf(value, probabilityOf);
  const tokens = logprobs?.content ?? [];
  return { kind: 'answer', value, probability: labelProbability(tokens, probabilityOf ?? '', label), usage };
}

/** In JSON mode some models wrap their object in Markdown or a sentence. */
function parsed(content: unknown): JsonValue | undefined {
  if (typeof content !== 'string') return undefined;
  for (const text of [content, content.slice(content.indexOf('{'), content.lastIndexOf('}') + 1)]) {
    try {
      return JSON.parse(text) as JsonValue;
    } catch {
      continue;
    }
  }
  return undefined;
}

function memberOf(value: JsonValue, name: string): JsonValue | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return (value as { readonly [key: string]: JsonValue })[name];
}

function usageOf(usage?: OpenAI.CompletionUsage): LanguageModelUsage {
  return {
    inputTokens: usage?.prompt_tokens ?? 0,
    outputTokens: usage?.completion_tokens ?? 0,
    cachedInputTokens: usage?.prompt_tokens_details?.cached_tokens ?? 0,
  };
}
