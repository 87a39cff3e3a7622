/** How the fake Bot API fails, in the words of Telegram's own server. */
export type BotApiFault =
  /** Answers as the Bot API does, `{ ok: false, … }`; nothing was carried out. */
  | {
      readonly kind: 'refuses';
      readonly status: number;
      readonly description: string;
      readonly parameters?: { readonly retry_after?: number; readonly migrate_to_chat_id?: number };
    }
  /** A page of whatever stands before the Bot API. */
  | { readonly kind: 'page'; readonly status: number; readonly carriedOut: boolean }
  /** The connection ends without an answer. */
  | { readonly kind: 'resets'; readonly carriedOut: boolean }
  /** The answer never comes. */
  | { readonly kind: 'hangs'; readonly carriedOut: boolean }
  /** The answer breaks off in the middle. */
  | { readonly kind: 'breaks-off'; readonly carriedOut: boolean };

type Refusal = Extract<BotApiFault, { kind: 'refuses' }>;

function refuses(status: number, description: string, parameters?: Refusal['parameters']): Refusal {
  return { kind: 'refuses', status, description, ...(parameters !== undefined && { parameters }) };
}

/**
 * Faults to give to `FakeBot.fail`. `carriedOut` says whether the request had its effect before its answer was lost,
 * which the caller cannot see; default true, which is the case that makes messages appear twice.
 */
export const botApiFaults = {
  tooManyRequests: (seconds: number) =>
    refuses(429, `Too Many Requests: retry after ${seconds}`, { retry_after: seconds }),
  blocked: () => refuses(403, 'Forbidden: bot was blocked by the user'),
  deactivated: () => refuses(403, 'Forbidden: user is deactivated'),
  kicked: (from: 'group' | 'supergroup' | 'channel' = 'group') =>
    refuses(403, `Forbidden: bot was kicked from the ${from} chat`),
  notAMember: (of: 'group' | 'supergroup' | 'channel' = 'supergroup') =>
    refuses(403, `Forbidden: bot is not a member of the ${of} chat`),
  groupDeleted: () => refuses(403, 'Forbidden: the group chat was deleted'),
  neverStarted: () => refuses(403, "Forbidden: bot can't initiate conversation with a user"),
  chatNotFound: () => refuses(400, 'Bad Request: chat not found'),
  writeForbidden: () => refuses(400, 'Bad Request: CHAT_WRITE_FORBIDDEN'),
  noRights: () => refuses(400, 'Bad Request: not enough rights to send text messages to the chat'),
  topicNotFound: () => refuses(400, 'Bad Request: message thread not found'),
  migrated: (to: number) =>
    refuses(400, 'Bad Request: group chat was upgraded to a supergroup chat', { migrate_to_chat_id: to }),
  cantParseEntities: () =>
    refuses(400, 'Bad Request: can\'t parse entities: Unsupported start tag "secret" at byte offset 7'),
  textEmpty: () => refuses(400, 'Bad Request: message text is empty'),
  textTooLong: () => refuses(400, 'Bad Request: message is too long'),
  captionTooLong: () => refuses(400, 'Bad Request: message caption is too long'),
  wrongFile: () => refuses(400, 'Bad Request: wrong file identifier/HTTP URL specified'),
  fileNotFetched: () => refuses(400, 'Bad Request: failed to get HTTP URL content'),
  fileGone: () => refuses(400, 'Bad Request: wrong file_id or the file is temporarily unavailable'),
  fileTooBig: () => refuses(400, 'Bad Request: file is too big'),
  unauthorized: () => refuses(401, 'Unauthorized'),
  notFound: () => refuses(404, 'Not Found'),
  internalError: () => refuses(500, 'Internal Server Error'),
  restarting: () => refuses(500, 'Internal Server Error: restart'),
  conflict: () =>
    refuses(409, 'Conflict: terminated by other getUpdates request; make sure that only one bot instance is running'),
  webhookActive: () =>
    refuses(
      409,
      "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
    ),
  webhookSet: () => refuses(409, 'Conflict: terminated by setWebhook request'),
  page: (status = 502, carriedOut = true): BotApiFault => ({ kind: 'page', status, carriedOut }),
  resets: (carriedOut = true): BotApiFault => ({ kind: 'resets', carriedOut }),
  hangs: (carriedOut = true): BotApiFault => ({ kind: 'hangs', carriedOut }),
  breaksOff: (carriedOut = true): BotApiFault => ({ kind: 'breaks-off', carriedOut }),
};

/** Thrown where a request is refused. */
export class RefusedCall extends Error {
  override readonly name = 'RefusedCall';

  readonly fault: Refusal;

  constructor(fault: Refusal) {
    super(fault.description);
    this.fault = fault;
  }
}
