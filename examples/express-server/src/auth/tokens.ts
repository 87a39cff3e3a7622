import type { Clock } from '@firstline/core';
import { errors, jwtVerify, SignJWT } from 'jose';
import { type Operator, ROLES } from './role';

/** A token cannot be called back, so it lives no longer than somebody works without a pause. */
const LIFETIME_SECONDS = 15 * 60;
const ALGORITHM = 'HS256';
const ISSUER = 'firstline';

export interface IssuedToken {
  readonly accessToken: string;
  /** Seconds. */
  readonly expiresIn: number;
}

/** Signed statements of who somebody is, believed without looking anything up. */
export class Tokens {
  readonly #secret: Uint8Array;
  readonly #clock: Clock;

  constructor(secret: Uint8Array, clock: Clock) {
    this.#secret = secret;
    this.#clock = clock;
  }

  async issue({ id, role }: Operator): Promise<IssuedToken> {
    const now = Math.floor(this.#clock.now() / 1_000);
    const accessToken = await new SignJWT({ role })
      .setProtectedHeader({ alg: ALGORITHM, typ: 'JWT' })
      .setIssuer(ISSUER)
      .setSubject(id)
      .setIssuedAt(now)
      .setExpirationTime(now + LIFETIME_SECONDS)
      .sign(this.#secret);
    return { accessToken, expiresIn: LIFETIME_SECONDS };
  }

  /** Whose token it is; `null`: nobody's, be it forged, expired or no token at all. */
  async verify(token: string): Promise<Operator | null> {
    try {
      const { payload } = await jwtVerify(token, this.#secret, {
        // Named here, since a token must not choose how it is checked.
        algorithms: [ALGORITHM],
        issuer: ISSUER,
        requiredClaims: ['sub', 'exp', 'iat'],
        currentDate: new Date(this.#clock.now()),
      });
      const role = ROLES.find((known) => known === payload['role']);
      return role === undefined || !payload.sub ? null : { id: payload.sub, role };
    } catch (error) {
      if (error instanceof errors.JOSEError) return null;
      throw error;
    }
  }
}
