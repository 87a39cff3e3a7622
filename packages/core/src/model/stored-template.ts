/** A text of the bot that people put into the storage; it takes the place of the one in the code. */
export interface StoredTemplate {
  readonly tenant: string;
  /** For example `scenario.REFERRAL`, `greeting`, `reminder.1`. */
  readonly key: string;
  /** BCP 47, or `und` for a text that is good for every client. */
  readonly locale: string;
  readonly text: string;
  readonly updatedAt: number;
}
