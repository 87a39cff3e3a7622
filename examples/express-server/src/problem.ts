import { STATUS_CODES } from 'node:http';
import { type FirstlineErrorCode, HTTP_STATUS, isFirstlineError } from '@firstline/core';
import type { ErrorRequestHandler, RequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import { correlationId } from './correlation';

/** Every `code` a problem can carry: the library's, and those of HTTP itself. */
export type ProblemCode =
  | FirstlineErrorCode
  | 'unauthorized'
  | 'forbidden'
  | 'method_not_allowed'
  | 'payload_too_large'
  | 'unsupported_media_type';

const STATUS: Readonly<Record<ProblemCode, number>> = {
  ...HTTP_STATUS,
  unauthorized: 401,
  forbidden: 403,
  method_not_allowed: 405,
  payload_too_large: 413,
  unsupported_media_type: 415,
};

/** For 503 where nobody knows better. */
const COME_BACK_MS = 5_000;

interface ProblemDetails {
  /** The member, query parameter or header at fault. */
  readonly path?: string | undefined;
  readonly retryAfterMs?: number | undefined;
  /** Methods that the address does answer to. */
  readonly allow?: string;
  /** `WWW-Authenticate`; a 401 has one in any case. */
  readonly challenge?: string;
}

/** An answer of RFC 9457, thrown by whoever finds the fault. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: ProblemCode;
  readonly details: ProblemDetails;

  constructor(code: ProblemCode, detail: string, details: ProblemDetails = {}) {
    super(detail);
    this.code = code;
    this.details = details;
  }
}

export const notFound: RequestHandler = () => {
  throw new Problem('not_found', 'there is nothing at this address');
};

/** The last of the chain: whatever was thrown becomes `application/problem+json`. */
export function problemHandler(logger: Logger): ErrorRequestHandler {
  return (error: unknown, req, res, _next) => {
    const problem = toProblem(error);
    if (STATUS[problem.code] >= 500) {
      logger.error({ err: error, code: problem.code, method: req.method, correlationId: correlationId(res) }, 'failed');
    }
    if (res.headersSent) res.destroy();
    else sendProblem(problem, res);
  };
}

function sendProblem(problem: Problem, res: Response): void {
  const status = STATUS[problem.code];
  const { path, allow } = problem.details;
  const challenge = problem.details.challenge ?? (status === 401 ? 'Bearer' : undefined);
  const retryAfterMs = problem.details.retryAfterMs ?? (status === 503 ? COME_BACK_MS : undefined);
  if (retryAfterMs !== undefined) res.set('Retry-After', String(Math.max(1, Math.ceil(retryAfterMs / 1_000))));
  if (allow !== undefined) res.set('Allow', allow);
  if (challenge !== undefined) res.set('WWW-Authenticate', challenge);
  const body = {
    type: 'about:blank',
    title: STATUS_CODES[status],
    status,
    detail: problem.message,
    code: problem.code,
    ...(path === undefined ? {} : { path }),
    correlation_id: correlationId(res),
  };
  res.status(status).type('application/problem+json').send(JSON.stringify(body));
}

function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (isFirstlineError(error)) {
    // A caller cannot mend the server's own set-up, and its messages name files and options.
    if (STATUS[error.code] === 500) return new Problem('internal', 'the server failed');
    // An id that leads nowhere stood in the address, under no name.
    if (error.code === 'not_found') return new Problem('not_found', error.message);
    return new Problem(error.code, error.message, { path: error.path, retryAfterMs: error.retryAfterMs });
  }
  return fromHttpError(error) ?? new Problem('internal', 'the server failed');
}

/** Faults that Express and its body parser find. Their messages quote the body, so they are said anew. */
function fromHttpError(error: unknown): Problem | null {
  if (!(error instanceof Error)) return null;
  const { status, type } = error as { readonly status?: unknown; readonly type?: unknown };
  if (error instanceof URIError) return new Problem('invalid_input', 'the address is not properly percent-encoded');
  if (status === 413) return new Problem('payload_too_large', 'the body is too large');
  if (status === 415) return new Problem('unsupported_media_type', 'the body has an unknown encoding or character set');
  if (type === 'entity.parse.failed') return new Problem('invalid_input', 'the body is not valid JSON');
  if (status === 400) return new Problem('invalid_input', 'the request could not be read');
  return null;
}
