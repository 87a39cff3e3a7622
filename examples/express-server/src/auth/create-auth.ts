import { randomBytes } from 'node:crypto';
import type { Clock } from '@firstline/core';
import type { Config } from '../config';
import { SignIn } from './sign-in';
import { Tokens } from './tokens';

/** Who may do what the clients may not. */
export interface Auth {
  readonly signIn: SignIn;
  readonly tokens: Tokens;
  /** Of the operator `admin`, for this run; `null`: one is configured. */
  readonly generatedPassword: string | null;
}

/** The operator `admin` exists from the start. What is not configured is made for this run. */
export function createAuth(config: Config, clock: Clock): Auth {
  const generatedPassword = config.operatorPassword === null ? randomBytes(15).toString('base64url') : null;
  const signIn = new SignIn(clock);
  signIn.add({ id: 'admin', role: 'admin' }, config.operatorPassword ?? generatedPassword ?? '');
  const secret = config.jwtSecret === null ? randomBytes(32) : Buffer.from(config.jwtSecret);
  return { signIn, tokens: new Tokens(secret, clock), generatedPassword };
}
