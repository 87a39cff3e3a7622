import type { Ingress } from '@firstline/core';

/** Failures in a row of one kind after which people are told; a network that blinks mends itself. */
const ALERT_AFTER = { conflict: 3, unavailable: 3, network: 5, token: 1, setup: 1 } as const;

export type TroubleKind = keyof typeof ALERT_AFTER;

const FIRST_PAUSE_MS = 1_000;
const MAX_PAUSE_MS = 30_000;

/**
 * Failures in a row: how long to wait after each, and whom to tell. The engine lets repeated alerts through once an
 * hour, so a trouble that lasts is told again and again.
 */
export class Trouble {
  readonly #ingress: Ingress;
  #kind: TroubleKind | null = null;
  #count = 0;
  #code: string | null = null;
  #told = false;

  constructor(ingress: Ingress) {
    this.#ingress = ingress;
  }

  /** What the last failure was; `null`: the last step succeeded. */
  get code(): string | null {
    return this.#code;
  }

  /** Counts a failure; resolves to the pause before the next try, in milliseconds, doubling to half a minute. */
  async failed(kind: TroubleKind, code: string, detail?: string): Promise<number> {
    if (kind !== this.#kind) this.#count = 0;
    this.#kind = kind;
    this.#code = code;
    this.#count += 1;
    if (this.#count >= ALERT_AFTER[kind]) {
      this.#told = true;
      await this.#ingress.alert({ kind: 'ingress_failing', code, ...(detail !== undefined && { detail }) });
    }
    return Math.min(FIRST_PAUSE_MS * 2 ** Math.min(this.#count - 1, 10), MAX_PAUSE_MS);
  }

  async over(): Promise<void> {
    const code = this.#code;
    const told = this.#told;
    this.#kind = this.#code = null;
    this.#count = 0;
    this.#told = false;
    if (told && code !== null) await this.#ingress.alert({ kind: 'recovered', code });
  }
}
