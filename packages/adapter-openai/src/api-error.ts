/** What the SDK's `APIError` tells. */
export interface ApiError {
  /** `undefined`: there was no answer. */
  readonly status: number | undefined;
  readonly code: unknown;
  readonly param: unknown;
  readonly message: string;
  /** The `error` member of the answer; `undefined` where it had none. */
  readonly error: unknown;
  readonly headers: Headers | undefined;
}

/**
 * Known by its members and not by `instanceof`: a client of the host may come from another copy of the SDK, for example
 * the CommonJS one beside the ESM one.
 */
export function isApiError(error: unknown): error is ApiError {
  return error instanceof Error && 'status' in error && 'requestID' in error && 'headers' in error;
}
