import type { Logger, StorageSignal, StorageSignals } from '@firstline/core';

/** A condition that is looked at whenever something happened, and waited for without asking again and again. */
export class Happenings {
  #waiting: (() => void)[] = [];

  happened(): void {
    for (const look of this.#waiting.splice(0)) look();
  }

  until(isThere: () => boolean): Promise<void> {
    if (isThere()) return Promise.resolve();
    return new Promise<void>((resolve) => this.#waiting.push(resolve)).then(() => this.until(isThere));
  }
}

/** Hears the signals of a storage, and keeps them. */
export class Ear extends Happenings {
  readonly heard: StorageSignal[] = [];
  missed = 0;
  readonly stop: () => void;

  constructor(signals: StorageSignals | undefined) {
    super();
    if (signals === undefined) throw new Error('the storage has signals');
    this.stop = signals.listen(
      (signal) => {
        this.heard.push(signal);
        this.happened();
      },
      () => {
        this.missed += 1;
        this.happened();
      },
    );
  }

  /** Resolves when others can be heard, for the first time or again. */
  ready(times = 1): Promise<void> {
    return this.until(() => this.missed >= times);
  }
}

/** A logger that can be waited for. */
export class Told extends Happenings implements Logger {
  readonly lines: string[] = [];
  readonly reasons: unknown[] = [];

  debug = (): void => undefined;
  info = (_fields: object, message: string): void => this.#tell(message);
  error = (_fields: object, message: string): void => this.#tell(message);
  warn = (fields: Readonly<Record<string, unknown>>, message: string): void => {
    this.reasons.push(fields['reason']);
    this.#tell(message);
  };

  #tell(message: string): void {
    this.lines.push(message);
    this.happened();
  }
}
