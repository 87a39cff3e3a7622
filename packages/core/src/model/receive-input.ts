import type { Channel } from './channel';
import type { Attachment } from './message';

/** One message of a client, as the host or a transport hands it in. */
export interface ReceiveInput {
  /** The host application's stable id of the client, 1 to 255 characters. */
  readonly clientId: string;
  /** May be empty only when there is an attachment. */
  readonly text: string;
  /**
   * Idempotency key: the platform's message id, unique within the tenant, 1 to 255 characters. Without one, the same
   * content of the same client within `policy.receiving.duplicateWindow` counts as the same message.
   */
  readonly id?: string;
  /** Where to answer. Default: the client's open conversation, else the engine's `defaultChannel`. */
  readonly channel?: Channel;
  /**
   * BCP 47. Default: the client's last known locale, else guessed from the script of the text. A text in another script than this
   * locale's is answered in the locale of its own: Russian that comes from an English phone is answered in Russian.
   */
  readonly locale?: string;
  readonly attachments?: readonly Attachment[];
  /**
   * A machine wrote it: an auto-reply, another bot, a mailing. It is stored and never answered, so that two bots cannot
   * talk to each other. Default false.
   */
  readonly automated?: boolean;
  /** What is known of the client; kept with the client's record. `null`: not told. */
  readonly client?: {
    readonly name?: string | null;
    /** Where the client is, for example a city or a network segment: outages may be regional. */
    readonly region?: string | null;
  };
  /** What the source rate limit counts by, for example the caller's address or API key. Default: not limited by source. */
  readonly source?: string;
}
