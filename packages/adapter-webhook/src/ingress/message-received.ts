import { type Channel, FirstlineError, isFirstlineError, type ReceiveInput } from '@firstline/core';
import { z } from 'zod';

const text = z.string();
const TYPE = 'message.received';

const envelope = z.object({ type: text, data: z.unknown() });
const dataSchema = z.object({
  client_id: text,
  content: text,
  message_id: text.nullish(),
  locale: text.nullish(),
  client: z.object({ name: text.nullish(), region: text.nullish() }).nullish(),
  attachments: z
    .array(
      z.object({
        kind: z.enum(['image', 'document', 'audio', 'video', 'other']),
        url: text,
        mime_type: text.nullish(),
        size: z.number().nullish(),
      }),
    )
    .nullish(),
  channel: z.object({ transport: text, address: z.record(text, z.unknown()) }).nullish(),
  automated: z.boolean().nullish(),
});

/** Names of `ReceiveInput` that the payload has other words for. */
const WIRE_NAMES: readonly (readonly [RegExp, string])[] = [
  [/^clientId$/, 'client_id'],
  [/^text$/, 'content'],
  [/^id$/, 'message_id'],
  [/mimeType$/, 'mime_type'],
];

/**
 * Reads the documented payload:
 * `{ type: 'message.received', data: { client_id, content, message_id?, locale?, client?, attachments?, channel?, automated? } }`.
 * Members it does not know are ignored, `null` counts as not given, and events of another type are `null`.
 *
 * Throws `invalid_input` with the `path` of the member at fault.
 */
export function mapMessageReceived(payload: unknown): ReceiveInput | null {
  const { type, data: given } = parse(envelope, payload, []);
  if (type !== TYPE) return null;
  const data = parse(dataSchema, given, ['data']);
  const members = {
    id: data.message_id,
    locale: data.locale,
    client: data.client && present({ name: data.client.name, region: data.client.region }),
    attachments: data.attachments?.map(({ kind, url, mime_type: mimeType, size }) => ({
      kind,
      url,
      ...present({ mimeType, size }),
    })),
    channel: data.channel as Channel | null | undefined,
    automated: data.automated,
  };
  return { clientId: data.client_id, text: data.content, ...present(members) };
}

/** The engine's faults in the payload's words: `text` is `data.content` to this sender. */
export function inPayloadNames(error: unknown): unknown {
  if (!isFirstlineError(error) || error.path === undefined || error.path === '') return error;
  const { path: named, retryAfterMs } = error;
  const renamed = WIRE_NAMES.reduce((path, [pattern, name]) => path.replace(pattern, name), named);
  const path = `data.${renamed}`;
  const start = error.message.indexOf(named);
  const message = start < 0 ? `${path}: ${error.message}` : path + error.message.slice(start + named.length);
  return new FirstlineError(error.code, message, {
    path,
    cause: error,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

function parse<T>(schema: z.ZodType<T>, value: unknown, at: readonly string[]): T {
  const result = schema.safeParse(value, { error: missing });
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const path = [...at, ...(issue?.path ?? [])].reduce<string>(
    (name, key) => (typeof key === 'number' ? `${name}[${key}]` : name === '' ? String(key) : `${name}.${String(key)}`),
    '',
  );
  throw new FirstlineError('invalid_input', `${path || 'the payload'}: ${issue?.message ?? 'is not valid'}`, { path });
}

function missing(issue: { readonly code?: string | undefined; readonly input?: unknown }): string | undefined {
  return issue.code === 'invalid_type' && issue.input === undefined ? 'is missing' : undefined;
}

function present<T extends object>(members: T): { [K in keyof T]?: Exclude<T[K], null | undefined> } {
  const given = Object.entries(members).filter(([, value]) => value !== undefined && value !== null);
  return Object.fromEntries(given) as { [K in keyof T]?: Exclude<T[K], null | undefined> };
}
