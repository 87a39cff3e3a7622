/** How many may do something at once; the others wait in order. */
export class Seats {
  readonly #count: number;
  readonly #waiting: (() => void)[] = [];
  #taken = 0;

  constructor(count: number) {
    this.#count = count;
  }

  /** Resolves to the function that gives the seat back, or to `null` when `signal` was aborted before one was free. */
  async take(signal: AbortSignal): Promise<(() => void) | null> {
    if (signal.aborted) return null;
    if (this.#taken < this.#count) {
      this.#taken += 1;
      return this.#leaving();
    }
    return new Promise((resolve) => {
      const seated = (): void => {
        signal.removeEventListener('abort', gone);
        resolve(this.#leaving());
      };
      const gone = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(seated), 1);
        resolve(null);
      };
      this.#waiting.push(seated);
      signal.addEventListener('abort', gone, { once: true });
    });
  }

  /** Gives the seat to the next in line, once however often it is called. */
  #leaving(): () => void {
    let left = false;
    return () => {
      if (left) return;
      left = true;
      const next = this.#waiting.shift();
      if (next === undefined) this.#taken -= 1;
      else next();
    };
  }
}
