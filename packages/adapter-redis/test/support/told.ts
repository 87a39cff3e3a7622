import type { Logger } from '@firstline/core';

type Fields = Readonly<Record<string, unknown>>;

/** A logger that can be waited for. */
export class Told implements Logger {
  readonly lines: { readonly fields: Fields; readonly message: string }[] = [];
  #waiting: { readonly isThere: () => boolean; readonly resolve: () => void }[] = [];

  debug = (fields: Fields, message: string): void => this.#tell(fields, message);
  info = (fields: Fields, message: string): void => this.#tell(fields, message);
  warn = (fields: Fields, message: string): void => this.#tell(fields, message);
  error = (fields: Fields, message: string): void => this.#tell(fields, message);

  /** Resolves when it was told so often that Redis went away. */
  away(times = 1): Promise<void> {
    return this.#until('redis is away, memory answers', times);
  }

  /** Resolves when it was told so often that Redis is back. */
  back(times = 1): Promise<void> {
    return this.#until('redis is back', times);
  }

  #until(message: string, times: number): Promise<void> {
    const isThere = () => this.lines.filter((line) => line.message === message).length >= times;
    if (isThere()) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ isThere, resolve }));
  }

  #tell(fields: Fields, message: string): void {
    this.lines.push({ fields, message });
    this.#waiting = this.#waiting.filter(({ isThere, resolve }) => {
      if (!isThere()) return true;
      resolve();
      return false;
    });
  }
}
