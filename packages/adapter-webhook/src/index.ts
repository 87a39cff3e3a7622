export type { WebhookTransportOptions } from './options';
export type { WebhookPayload } from './payload';
export { webhookTransport } from './webhook-transport';
