import { z } from 'zod';
import { FirstlineError } from '../errors';
import { zodIssues } from '../policies/define-scenarios';
import { strictObject } from '../policies/strict-object';

const WHO = 'expected who acts, as a text of 1 to 255 characters such as the id of the person signed in';

/** Who acts. What a request leaves out comes as `undefined`, and a step that belongs to nobody is seen by nobody. */
export const operatorIdSchema = z
  .string(WHO)
  .trim()
  .min(1, WHO)
  .max(255, WHO)
  .refine((text) => text.isWellFormed() && !/\p{Cc}/u.test(text), WHO);

/** Left out it may be, but not be `undefined`: that is a request without its operator, not a caller who needs none. */
export const operatorSchema = strictObject({ operatorId: operatorIdSchema.exactOptional() });

/**
 * Checks what a caller without types may have got wrong. `whole` names the argument where the fault is in no member of it.
 *
 * @throws FirstlineError `invalid_input` with the `path` of the first fault
 */
export function checkParams<T>(schema: z.ZodType<T>, given: unknown, whole: string): T {
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const [fault] = zodIssues('', result.error);
  const [unknown] = issue?.code === 'unrecognized_keys' ? issue.keys : [];
  const path = [fault?.path, unknown].filter((part) => part !== undefined && part !== '').join('.') || whole;
  throw new FirstlineError('invalid_input', `${path}: ${fault?.message ?? 'is not valid'}`, { path });
}

/** The id that a call is about. */
export function checkId(id: unknown, path: string): string {
  if (typeof id === 'string') return id;
  throw new FirstlineError('invalid_input', `${path}: expected the id, a text`, { path });
}
