import { type Channel, isAutomatedMessage, isFirstlineError, type ReceiveInput } from '@firstline/core';
import type { Request } from 'express';
import { z } from 'zod';
import { given, parseWire, underPath } from './parse';
import { Problem } from './problem';
import { snakeCase } from './wire';
import { attachmentsOf, attachmentsSchema } from './wire-attachments';

const text = z.string();
const bodySchema = z.object({
  client_id: text.min(1, 'is empty'),
  content: text,
  message_id: text.min(1, 'is empty').nullish(),
  locale: text.nullish(),
  client: z.strictObject({ name: text.nullish(), region: text.nullish() }).nullish(),
  attachments: attachmentsSchema,
  channel: z.strictObject({ transport: text, address: z.record(text, z.unknown()) }).nullish(),
});

/** A message as the library takes it, and which header each part came from, for the naming of faults. */
export interface MessageRequest {
  readonly input: ReceiveInput;
  readonly headers: { readonly id?: string; readonly transport?: string; readonly address?: string };
}

/** Reads `POST /api/messages`: the body, and the headers that the replaced systems knew. */
export function readMessage(req: Request): MessageRequest {
  refuseMisspelt(req.body);
  const body = parseWire(bodySchema, req.body, 'body');
  const key = idempotencyKey(req);
  const headerChannel = body.channel == null ? channelOfHeaders(req) : null;
  const input: ReceiveInput = {
    clientId: body.client_id,
    text: body.content,
    ...given({
      id: key ?? body.message_id,
      channel: (body.channel as Channel | null | undefined) ?? headerChannel?.channel,
      locale: body.locale,
      client: body.client && given(body.client),
      attachments: attachmentsOf(body.attachments),
      source: req.ip,
      automated: isAutomatedMessage(req.headers),
    }),
  };
  return { input, headers: { ...(key !== undefined && { id: 'Idempotency-Key' }), ...headerChannel?.headers } };
}

/** The library's faults in the wire's words: `clientId` is `client_id` to this caller, `id` may have been a header. */
export function inWireNames(error: unknown, { headers }: MessageRequest): unknown {
  if (!isFirstlineError(error) || error.path === undefined) return error;
  return underPath(error, wireName(error.path, headers));
}

function wireName(path: string, headers: MessageRequest['headers']): string {
  if (path === 'id') return headers.id ?? 'message_id';
  if (path === 'text') return 'content';
  if (path.startsWith('channel.address')) return headers.address ?? path;
  if (path.startsWith('channel')) return headers.transport ?? path;
  return snakeCase(path);
}

/** A Structured Field string, or the bare text that most clients send. */
function idempotencyKey(req: Request): string | undefined {
  const header = req.get('Idempotency-Key')?.trim();
  if (header === undefined || !header.startsWith('"')) return header === '' ? badKey() : header;
  const quoted = /^"((?:[^"\\]|\\["\\])+)"$/.exec(header)?.[1];
  return quoted === undefined ? badKey() : quoted.replace(/\\(.)/g, '$1');
}

function badKey(): never {
  const path = 'Idempotency-Key';
  throw new Problem('invalid_input', `${path}: expected a key, bare or in double quotes`, { path });
}

interface HeaderChannel {
  readonly channel: Channel;
  /** Where each part of it came from. */
  readonly headers: { readonly transport: string; readonly address: string };
}

function channelOfHeaders(req: Request): HeaderChannel | null {
  const [url, platform, chatId] = [req.get('X-Webhook-Url'), req.get('X-Platform'), req.get('X-Chat-Id')];
  if (url !== undefined) {
    const header = 'X-Webhook-Url';
    return { channel: { transport: 'webhook', address: { url } }, headers: { transport: header, address: header } };
  }
  if (platform === undefined && chatId === undefined) return null;
  if (platform === undefined || chatId === undefined) {
    const path = platform === undefined ? 'X-Platform' : 'X-Chat-Id';
    throw new Problem('invalid_channel', `${path}: is missing; X-Platform and X-Chat-Id belong together`, { path });
  }
  const headers = { transport: 'X-Platform', address: 'X-Chat-Id' };
  return { channel: { transport: platform, address: { chatId } }, headers };
}

/**
 * Unknown members are let through, since callers of other systems send more than is needed here; but `messageId` for
 * `message_id` would silently cost its sender the protection against duplicates.
 */
function refuseMisspelt(body: unknown): void {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return;
  const plain = (name: string): string => name.toLowerCase().replace(/[^a-z]/g, '');
  for (const name of Object.keys(body)) {
    const meant = Object.keys(bodySchema.shape).find((known) => plain(known) === plain(name));
    if (meant === undefined || Object.hasOwn(body, meant)) continue;
    throw new Problem('invalid_input', `${name}: is not known here; did you mean ${meant}?`, { path: name });
  }
}
