import type { Logger } from '@firstline/core';

/** A logger that can be waited for. */
export class Told implements Logger {
  readonly lines: { readonly level: string; readonly message: string }[] = [];
  #waiting: (() => void)[] = [];

  debug = (_fields: unknown, message: string): void => this.#tell('debug', message);
  info = (_fields: unknown, message: string): void => this.#tell('info', message);
  warn = (_fields: unknown, message: string): void => this.#tell('warn', message);
  error = (_fields: unknown, message: string): void => this.#tell('error', message);

  /** How often it was told so. */
  times(message: string): number {
    return this.lines.filter((line) => line.message === message).length;
  }

  async until(message: string, times = 1): Promise<void> {
    while (this.times(message) < times) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #tell(level: string, message: string): void {
    this.lines.push({ level, message });
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}

/** Tells `told`, and throws whatever the line. */
export function brokenAfter(told: Told): Logger {
  const broken =
    (level: keyof Logger) =>
    (fields: Readonly<Record<string, unknown>>, message: string): void => {
      told[level](fields, message);
      throw new Error('the disk is full');
    };
  return { debug: broken('debug'), info: broken('info'), warn: broken('warn'), error: broken('error') };
}
