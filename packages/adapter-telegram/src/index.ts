export type { Commands } from './commands';
export type { TelegramFile } from './files';
export type { TelegramMode, TelegramTransportOptions } from './options';
export { type TelegramStatus, type TelegramTransport, telegramTransport } from './telegram-transport';
