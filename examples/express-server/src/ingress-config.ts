import { type WebhookIngress, webhookIngress, type WebhookIngressOptions } from '@firstline/adapter-webhook';
import { z } from 'zod';
import { judgedBy } from './parse';

/** What requests to `POST /ingress/webhook` are verified by; one of the two at least. */
export interface IngressKeys {
  readonly secret?: readonly string[];
  readonly publicKey?: readonly string[];
}

/** One or several, separated by commas or spaces: `whsec_` secrets, and `whpk_` keys of those who sign with a private one. */
export const ingressSecretText = z
  .string()
  .superRefine(judgedBy((text) => ingressOf(keysIn(text), { receive: neverCalled })))
  .transform(keysIn);

export function ingressOf(
  keys: IngressKeys,
  target: Pick<WebhookIngressOptions, 'engine' | 'receive' | 'logger'>,
): WebhookIngress {
  return webhookIngress({ ...keys, ...target } as WebhookIngressOptions);
}

function keysIn(text: string): IngressKeys {
  const keys = text.split(/[\s,]+/).filter((word) => word !== '');
  const secret = keys.filter((key) => !key.startsWith('whpk_'));
  const publicKey = keys.filter((key) => key.startsWith('whpk_'));
  return { ...(secret.length > 0 && { secret }), ...(publicKey.length > 0 && { publicKey }) };
}

function neverCalled(): Promise<never> {
  return Promise.reject(new Error('only its keys are checked'));
}
