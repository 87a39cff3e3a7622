import { digest } from './digest';
import { canonicalJson, type JsonObject } from './json';

/**
 * Where to answer a client. Stored with the conversation and read again at every send, so that a corrected address
 * also rescues what is already waiting.
 */
export interface Channel {
  /** Name under which the transport was given to `createEngine({ transports })`. */
  readonly transport: string;
  /** What that transport needs to reach the client, for example `{ url }` or `{ chatId }`; JSON only. */
  readonly address: JsonObject;
}

/** The same text for the same channel; at most one open conversation per client and channel key exists. */
export function channelKey(channel: Channel): string {
  return `${channel.transport}:${digest(canonicalJson(channel.address))}`;
}
