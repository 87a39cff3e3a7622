import { type Ingress, isFirstlineError } from '@firstline/core';
import type { Refusal } from './intake';

/** An update was let go: it would hold up all others, and never be stored. */
export async function alertDropped(ingress: Ingress, refusal: Refusal, error: unknown): Promise<void> {
  const at = isFirstlineError(error) ? `${error.code}${error.path === undefined ? '' : ` at ${error.path}`}` : null;
  await ingress.alert({
    kind: 'ingress_failing',
    code: refusal === 'limited' ? 'update_limited' : 'update_refused',
    ...(at !== null && { detail: `an update was passed over: ${at}` }),
  });
}
