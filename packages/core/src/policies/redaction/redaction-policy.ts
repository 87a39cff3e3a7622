import { z } from 'zod';
import type { JsonValue } from '../../model/json';
import {
  REDACTION_KINDS,
  type RedactionKind,
  type RedactionPattern,
  type RedactionPolicy,
} from '../../model/redaction';

/** `policy.privacy.redact` as a developer writes it; `false`: nothing is redacted anywhere. See {@link RedactionPolicy}. */
export type RedactionPolicyOptions =
  | false
  | {
      /** Default true. */
      readonly models?: boolean;
      /** Default true. */
      readonly logs?: boolean;
      /** Default: all. */
      readonly kinds?: readonly RedactionKind[];
      /** Default: none. */
      readonly extra?: readonly RedactionPattern[];
    };

const RESERVED: readonly string[] = [...REDACTION_KINDS, 'redacted'];

const patternSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,31}$/, 'expected small letters, digits and hyphens, for example "contract-number"')
    .refine((name) => !RESERVED.includes(name), 'is the name of a built-in kind'),
  pattern: z
    .instanceof(RegExp, { error: 'expected a regular expression' })
    // Between any two characters there is an empty text, and a placeholder would be put there.
    .refine(({ source, flags }) => !new RegExp(source, flags).test(''), 'must not match the empty text'),
});

export const redactionPolicySchema = z.union([
  z.literal(false),
  z.strictObject({
    models: z.boolean().optional(),
    logs: z.boolean().optional(),
    kinds: z.array(z.enum(REDACTION_KINDS)).optional(),
    extra: z
      .array(patternSchema)
      .max(50)
      .refine((list) => new Set(list.map(({ name }) => name)).size === list.length, 'has a name twice')
      .optional(),
  }),
]);

/** With every default filled in. `options` must have passed the schema. */
export function buildRedactionPolicy(options: RedactionPolicyOptions = {}): RedactionPolicy {
  if (options === false) return { models: false, logs: false, kinds: [...REDACTION_KINDS], extra: [] };
  return {
    models: options.models ?? true,
    logs: options.logs ?? true,
    kinds: options.kinds ?? [...REDACTION_KINDS],
    extra: options.extra ?? [],
  };
}

/** The same as JSON, for the policy's version: of a regular expression, its source and flags. */
export function redactionData({ models, logs, kinds, extra }: RedactionPolicy): JsonValue {
  return { models, logs, kinds: [...kinds], extra: extra.map(({ name, pattern }) => [name, String(pattern)]) };
}
