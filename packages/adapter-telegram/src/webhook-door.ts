import { createHash, timingSafeEqual } from 'node:crypto';
import { type Ingress, isFirstlineError } from '@firstline/core';
import type { Update } from 'grammy/types';
import { alertDropped } from './dropped';
import { type Intake, refusalOf } from './intake';

/** Header in which Telegram says the secret that was given to it with the webhook. */
export const SECRET_HEADER = 'x-telegram-bot-api-secret-token';

/** Largest update that is read, in bytes. Telegram's are a few kilobytes; its own limit is 64 KiB. */
export const MAX_BODY_BYTES = 1024 * 1024;

/** How soon Telegram may try again where it is our fault, in seconds. */
const RETRY_AFTER_SECONDS = 5;

export interface WebhookQuestion {
  readonly method: string;
  readonly secret: string | null;
  /** Reads at most {@link MAX_BODY_BYTES}; `null`: there is more. Not called before the secret has been checked. */
  readonly body: () => Promise<string | null>;
}

export interface WebhookAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Judges a request that claims to come from Telegram. 2xx says that the update is stored, or never will be; after
 * anything else Telegram sends it again, and the later ones of the same chat after it.
 */
export class WebhookDoor {
  readonly #secret: Buffer;
  #open: { readonly intake: Intake; readonly ingress: Ingress } | null = null;

  constructor(secretToken: string) {
    this.#secret = hash(secretToken);
  }

  open(intake: Intake, ingress: Ingress): void {
    this.#open = { intake, ingress };
  }

  close(): void {
    this.#open = null;
  }

  /** Never rejects. The answer has no body: Telegram would carry out a method named in it. */
  async answer({ method, secret, body }: WebhookQuestion): Promise<WebhookAnswer> {
    // Both are hashed, so that neither the time nor the lengths say how much of a guess was right.
    if (secret === null || !timingSafeEqual(hash(secret), this.#secret)) return { status: 401 };
    if (method !== 'POST') return { status: 405, headers: { allow: 'POST' } };
    if (this.#open === null) return later(503);
    const { intake, ingress } = this.#open;
    const text = await body().catch(() => '');
    if (text === null) return { status: 413 };
    const update = parseUpdate(text);
    if (update === null) return { status: 400 };
    try {
      await intake.take(update);
      return { status: 200 };
    } catch (error) {
      return this.#refused(error, ingress);
    }
  }

  async #refused(error: unknown, ingress: Ingress): Promise<WebhookAnswer> {
    switch (refusalOf(error)) {
      case 'invalid':
        await alertDropped(ingress, 'invalid', error);
        return { status: 200 };
      case 'limited':
        // Only this chat waits: Telegram keeps a queue for each.
        return later(429, isFirstlineError(error) ? error.retryAfterMs : undefined);
      case 'unavailable':
        return later(503, isFirstlineError(error) ? error.retryAfterMs : undefined);
      case 'broken':
        return { status: 500 };
    }
  }
}

function later(status: number, afterMs = RETRY_AFTER_SECONDS * 1_000): WebhookAnswer {
  return { status, headers: { 'retry-after': String(Math.max(1, Math.ceil(afterMs / 1_000))) } };
}

function parseUpdate(text: string): Update | null {
  try {
    const update: unknown = JSON.parse(text);
    if (typeof update !== 'object' || update === null) return null;
    return Number.isInteger((update as { update_id?: unknown }).update_id) ? (update as Update) : null;
  } catch {
    return null;
  }
}

function hash(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
