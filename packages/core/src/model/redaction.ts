/** What is recognised, each replaced by its name in square brackets. */
export const REDACTION_KINDS = ['card', 'iban', 'token', 'email', 'phone'] as const;
export type RedactionKind = (typeof REDACTION_KINDS)[number];

/** A pattern of the host's own, for example its contract numbers. */
export interface RedactionPattern {
  /** Stands in the text instead, in square brackets: small letters, digits and hyphens. */
  readonly name: string;
  /** Global or not. Runs over every text, so it has to be linear. */
  readonly pattern: RegExp;
}

/** What is kept from those who need not know it. What is stored and what people read is not changed by it. */
export interface RedactionPolicy {
  /** Texts given to classifiers and other models. Default true. */
  readonly models: boolean;
  /** What is logged. Default true. */
  readonly logs: boolean;
  /** Default: all. */
  readonly kinds: readonly RedactionKind[];
  /** Default: none. */
  readonly extra: readonly RedactionPattern[];
}
