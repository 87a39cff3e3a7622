import type { Clock, Logger, PartStatus } from '@firstline/core';

/**
 * Whether wake-ups can be handed over to Redis. Until the first one was accepted they cannot; somebody is told once when
 * that ends, and once when it is possible again.
 */
export class RedisLink {
  clock: Clock;
  logger: Logger | null;
  readonly #onChange: () => void;
  #isUp = false;
  /** Since somebody was told that Redis is away. */
  #away: { readonly fault: string; readonly degradedAt: number } | null = null;

  constructor(clock: Clock, logger: Logger | null, onChange: () => void) {
    this.clock = clock;
    this.logger = logger;
    this.#onChange = onChange;
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  status(): PartStatus {
    return this.#away === null
      ? { status: 'healthy', fault: null, degradedAt: null }
      : { status: 'degraded', ...this.#away };
  }

  up(): void {
    if (this.#isUp) return;
    this.#isUp = true;
    if (this.#away !== null) this.tell('info', {}, 'redis is back, wake-ups are shared again');
    this.#away = null;
    this.#onChange();
  }

  /** `fault` is one word. */
  away(fault: string): void {
    const wasUp = this.#isUp;
    this.#isUp = false;
    if (this.#away === null) this.tell('warn', { fault }, 'redis is away, each process looks by itself');
    this.#away = { fault, degradedAt: this.#away?.degradedAt ?? this.clock.now() };
    if (wasUp) this.#onChange();
  }
  /** A logger that is broken breaks nothing else: neither a connection, whose events this follows, nor the looks. */
  tell(level: 'info' | 'warn' | 'error', fields: Readonly<Record<string, unknown>>, message: string): void {
    try {
      this.logger?.[level](fields, message);
    } catch {
      // Whom should one tell?
    }
  }
}
