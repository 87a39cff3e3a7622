export type { IngressContext, IngressMap, IngressOutcome, WebhookIngressOptions } from './ingress/ingress-options';
export { mapMessageReceived } from './ingress/message-received';
export { type NodeHandler, toNodeHandler } from './ingress/to-node-handler';
export { type WebhookIngress, webhookIngress } from './ingress/webhook-ingress';
export { webhookPublicKey } from './keys';
export type { WebhookTransportOptions } from './options';
export type { WebhookPayload, WebhookPing } from './payload';
export type { SecretFor, Secrets } from './secrets';
export { type WebhookTransport, webhookTransport } from './webhook-transport';
