/** A text that is shown neither in JSON nor by a printed object: only whoever asks for it by name gets it. */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  reveal(): string {
    return this.#text;
  }

  toJSON(): string {
    return '[secret]';
  }
}
