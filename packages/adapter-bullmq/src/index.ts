export { bullMqDispatcher } from './bullmq-dispatcher';
export type { BullMqDispatcherOptions, RedisTarget } from './options';
