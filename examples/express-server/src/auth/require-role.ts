import type { RequestHandler, Response } from 'express';
import { Problem } from '../problem';
import { type Operator, type Role, suffices } from './role';
import type { Tokens } from './tokens';

const BEARER = /^Bearer +(\S+) *$/i;
const REALM = 'Bearer realm="firstline"';

/** Lets through whoever carries a token of at least this role. May stand twice: the second only looks at the role. */
export function requireRole(tokens: Tokens, needed: Role): RequestHandler {
  return async (req, res, next) => {
    const operator = signedIn(res) ?? (await authenticate(tokens, req.get('Authorization')));
    if (!suffices(operator.role, needed)) {
      const challenge = `${REALM}, error="insufficient_scope"`;
      throw new Problem('forbidden', `this takes the role ${needed}; yours is ${operator.role}`, { challenge });
    }
    res.locals['operator'] = operator;
    next();
  };
}

/** Who is asking, behind {@link requireRole}. */
export function operatorOf(res: Response): Operator {
  const operator = signedIn(res);
  if (operator === null) throw new Error('the route asks for no role');
  return operator;
}

/**
 * Takes a token out of `?access_token=`, for callers that cannot send headers, such as EventSource. It is gone from the
 * address afterwards, so that nobody behind this reads, repeats or logs it.
 */
export const tokenFromQuery: RequestHandler = (req, _res, next) => {
  const [path = '', ...query] = req.url.split('?');
  const parameters = new URLSearchParams(query.join('?'));
  const token = parameters.get('access_token');
  if (token !== null) {
    parameters.delete('access_token');
    req.url = `${path}?${parameters.toString()}`;
    req.headers.authorization ??= `Bearer ${token}`;
  }
  next();
};

async function authenticate(tokens: Tokens, header: string | undefined): Promise<Operator> {
  const token = BEARER.exec(header ?? '')?.[1];
  if (token === undefined) {
    const detail = 'this is for operators: send Authorization: Bearer with a token of POST /api/auth/token';
    throw new Problem('unauthorized', detail, { challenge: REALM });
  }
  const operator = await tokens.verify(token);
  if (operator !== null) return operator;
  throw new Problem('unauthorized', 'the token is not valid, or not any more; get one from POST /api/auth/token', {
    challenge: `${REALM}, error="invalid_token"`,
  });
}

function signedIn(res: Response): Operator | null {
  return (res.locals['operator'] as Operator | undefined) ?? null;
}
