import type { BotApi, CallOptions } from './bot-api';
import { entitiesOf, type OutboundPart, type SendParameters } from './outbound-parts';

/** Sends one part; resolves to Telegram's id of the message. Rejects with a `TelegramFault`. */
export async function sendPart(
  api: BotApi,
  part: OutboundPart,
  parameters: SendParameters,
  options: CallOptions,
): Promise<number> {
  const { text } = part.content;
  const entities = entitiesOf(part.content);
  const message = await api.call<{ readonly message_id: number }>((raw, signal) => {
    if (part.kind === 'text') {
      return raw.sendMessage({ ...parameters, text, ...(entities !== undefined && { entities }) }, signal);
    }
    const caption = {
      ...(text !== '' && { caption: text }),
      ...(entities !== undefined && { caption_entities: entities }),
    };
    switch (part.kind) {
      case 'photo':
        return raw.sendPhoto({ ...parameters, ...caption, photo: part.file }, signal);
      case 'document':
        return raw.sendDocument({ ...parameters, ...caption, document: part.file }, signal);
      case 'audio':
        return raw.sendAudio({ ...parameters, ...caption, audio: part.file }, signal);
      case 'video':
        return raw.sendVideo({ ...parameters, ...caption, video: part.file }, signal);
    }
  }, options);
  return message.message_id;
}
