/** One message judged: what every figure is made of. */
export interface JudgedMessage {
  readonly expected: string;
  /** The best guess within the set; null when there was none. */
  readonly guess: string | null;
  /** That the guess is right. */
  readonly confidence: number;
  readonly right: boolean;
  /** How many messages of the traffic it stands for. */
  readonly weight: number;
}
