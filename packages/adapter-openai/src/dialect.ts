import { type ApiError, isApiError } from './api-error';

/** What a server takes. Compatible servers know parts of the API only, and newer models refuse what older ones want. */
export interface Dialect {
  /** `json_schema` strictly, or else `json_object` with the schema in the instructions. */
  readonly schema: boolean;
  /** Temperature 0: the likeliest answer. Models that think first take none. */
  readonly temperature: boolean;
  readonly logprobs: boolean;
  /** Names for the most tokens of an answer; the first is used. Compatible servers may ignore the newer one. */
  readonly limits: readonly ('max_completion_tokens' | 'max_tokens')[];
}

/**
 * The dialect to try next, when a server refused a request and named a part of it; `null` when it refused something
 * else. `asked` is what the request was made with. Every part is given up once, so this comes to an end.
 */
export function withoutRefused(asked: Dialect, error: unknown): Dialect | null {
  if (!isApiError(error) || (error.status !== 400 && error.status !== 422)) return null;
  const named = nameIn(error);
  // Where the body is no error of the API the SDK drops it, and the schema is what is missing most often.
  const unnamed = error.error === undefined;
  if (asked.schema && (unnamed || /response_format|json_schema/.test(named))) return { ...asked, schema: false };
  if (asked.logprobs && /logprobs/.test(named)) return { ...asked, logprobs: false };
  if (asked.temperature && /temperature/.test(named)) return { ...asked, temperature: false };
  const [limit, ...others] = asked.limits;
  if (limit !== undefined && others.length > 0 && named.includes(limit)) return { ...asked, limits: others };
  return null;
}

/** The parameter as the API names it; servers that do not, name it in their message. */
function nameIn(error: ApiError): string {
  return typeof error.param === 'string' && error.param !== '' ? error.param : error.message;
}
