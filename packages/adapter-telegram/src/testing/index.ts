export { type BotApiFault, botApiFaults } from './bot-api-faults';
export type { BotCall, BotResponder, FakeBot, FakeBotOptions } from './fake-bot';
export { type FakeBotApi, fakeBotApi, type FakeBotApiOptions } from './fake-bot-api';
export type { FakeFileProfile, FakeGroup, FakeUser, FakeUserProfile } from './fake-chat';
export type { WebhookPush } from './fake-webhook';
export { type PaceLimits, paceViolations, type SentMessage } from './sent-message';
