import { z } from 'zod';
import { FirstlineError } from '../errors';
import { type Channel, channelKey } from '../model/channel';
import { digest } from '../model/digest';
import { canonicalJson, type JsonObject, type JsonValue } from '../model/json';
import type { Attachment } from '../model/message';
import type { ReceiveInput } from '../model/receive-input';
import { attachmentsSchema } from '../policies/attachment-schema';
import { cleanText } from '../policies/clean-text';
import { zodIssues } from '../policies/define-scenarios';
import { strictObject } from '../policies/strict-object';
import type { EngineContext } from './context';

/** A {@link ReceiveInput} after checking and cleaning. */
export interface CheckedInput {
  readonly clientId: string;
  readonly text: string;
  readonly originalText: string | null;
  readonly locale: string | null;
  readonly attachments: readonly Attachment[];
  readonly automated: boolean;
  readonly clientName: string | null;
  readonly region: string | null;
  readonly channel: Channel | null;
  readonly channelKey: string | null;
  readonly source: string | null;
  readonly id: string | null;
  /** Equal for equal content of the same client on the same channel. */
  readonly fingerprint: string;
}

// Longer than anything the cleaned limit can accept; only bounds the work spent on refusing.
const MAX_RAW_LENGTH = 1_000_000;
const MAX_ADDRESS_LENGTH = 4_096;
// Before anything recursive looks at it: an array nested a hundred thousand deep would exhaust the stack.
const MAX_ADDRESS_DEPTH = 8;

const identifier = z
  .string()
  .min(1)
  .max(255)
  .refine(
    (text) => text.isWellFormed() && !/\p{Cc}/u.test(text),
    'must not contain control characters or lone surrogates',
  );
const addressSchema = z.custom<JsonObject>(
  (value) =>
    isPlainObject(value) && isJson(value, MAX_ADDRESS_DEPTH) && JSON.stringify(value).length <= MAX_ADDRESS_LENGTH,
  `expected a JSON object of at most ${MAX_ADDRESS_LENGTH} characters, nested at most ${MAX_ADDRESS_DEPTH} deep`,
);
const inputSchema = strictObject({
  clientId: identifier,
  text: z.string().max(MAX_RAW_LENGTH),
  id: identifier.optional(),
  channel: strictObject({ transport: z.string(), address: addressSchema }).optional(),
  locale: z.string().max(35).optional(),
  attachments: attachmentsSchema.optional(),
  automated: z.boolean().optional(),
  client: strictObject({ name: z.string().max(255).nullish(), region: z.string().max(200).nullish() }).optional(),
  source: z.string().max(255).optional(),
});

/**
 * Checks and cleans what came in; nothing is stored before this succeeds.
 *
 * @throws FirstlineError `invalid_input` with the `path` of the first fault, or `invalid_channel`
 */
export function checkInput(context: EngineContext, input: ReceiveInput): CheckedInput {
  const result = inputSchema.safeParse(input);
  if (!result.success) {
    const issues = zodIssues('', result.error);
    const first = issues[0] ?? { path: '', message: 'is not a message' };
    throw new FirstlineError('invalid_input', `${first.path || 'input'}: ${first.message}`, {
      path: first.path,
      issues,
    });
  }
  const given = result.data;
  const text = cleanText(given.text);
  const attachments = (given.attachments ?? []) as readonly Attachment[];
  const limit = context.policy.receiving.maxTextLength;
  if (text.length > limit) fail('text', `is longer than ${limit} characters`);
  if (text === '' && attachments.length === 0) fail('text', 'is empty after cleaning, and there is no attachment');
  const clientName = cleanLine(given.client?.name);
  const channel = given.channel === undefined ? null : checkChannel(context, given.channel);
  const key = channel === null ? null : channelKey(channel);
  const content = { client: given.clientId, channel: key, text, attachments: attachments as unknown as JsonValue };
  return {
    clientId: given.clientId,
    text,
    originalText: text === given.text ? null : given.text,
    locale: given.locale === undefined ? null : checkLocale(given.locale),
    attachments,
    automated: given.automated ?? false,
    clientName,
    region: cleanLine(given.client?.region),
    channel,
    channelKey: key,
    source: given.source ?? null,
    id: given.id ?? null,
    fingerprint: digest(canonicalJson(content)),
  };
}

/** On one line; `null` where nothing is left. */
function cleanLine(given: string | null | undefined): string | null {
  const line = cleanText(given ?? '').replaceAll('\n', ' ');
  return line === '' ? null : line;
}

function checkChannel(context: EngineContext, { transport: name, address }: Channel): Channel {
  const transport = context.transports.get(name);
  if (transport === undefined) {
    const known = [...context.transports.keys()].join(', ') || 'none';
    throw new FirstlineError('invalid_channel', `channel.transport: no such transport; configured: ${known}`, {
      path: 'channel.transport',
    });
  }
  return { transport: name, address: transport.checkAddress(address) };
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isJson(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) {
    return value === null || ['string', 'boolean'].includes(typeof value) || Number.isFinite(value);
  }
  return depth > 0 && Object.values(value).every((member) => isJson(member, depth - 1));
}

function checkLocale(locale: string): string {
  try {
    const [canonical] = Intl.getCanonicalLocales(locale);
    if (canonical !== undefined) return canonical;
  } catch {
    // Falls through to the same error as an empty list.
  }
  return fail('locale', 'is not a BCP 47 language tag such as "en" or "pt-BR"');
}

function fail(path: string, problem: string): never {
  throw new FirstlineError('invalid_input', `${path}: ${problem}`, { path });
}
