import type { Message } from 'grammy/types';

/** The bot, as `getMe` tells it. */
export interface Me {
  readonly id: number;
  /** Without `@`. */
  readonly username: string;
}

/** Whether a group's message is for the bot: it answers one of its own, or names it. */
export function isAddressed(message: Message, me: Me): boolean {
  if (message.reply_to_message?.from?.id === me.id) return true;
  const text = message.text ?? message.caption ?? '';
  const entities = message.entities ?? message.caption_entities ?? [];
  return entities.some((entity) => {
    if (entity.type === 'text_mention') return entity.user.id === me.id;
    const named = text.slice(entity.offset, entity.offset + entity.length).toLowerCase();
    return entity.type === 'mention' && named === `@${me.username.toLowerCase()}`;
  });
}

/** The text without the bot's name, which says to whom and not what. */
export function withoutMention(text: string, { username }: Me): string {
  const pattern = new RegExp(`(?<!\\w)@${username}(?!\\w)[,:]?\\s*`, 'giu');
  return text.replace(pattern, '').trim();
}
