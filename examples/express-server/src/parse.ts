import { FirstlineError, isFirstlineError } from '@firstline/core';
import { z } from 'zod';
import { Problem } from './problem';

/** Parses what came over the wire; the first fault becomes an `invalid_input` with its path. */
export function parseWire<T>(schema: z.ZodType<T>, value: unknown, whole: string): T {
  const result = schema.safeParse(value, { error: missing });
  if (result.success) return result.data;
  const { path, message } = firstFault(result.error);
  throw new Problem('invalid_input', `${path ?? whole}: ${message}`, { path });
}

/** Members that were given; `null` counts as not given. */
export function given<T extends object>(members: T): { [K in keyof T]?: Exclude<T[K], null | undefined> } {
  const present = Object.entries(members).filter(([, value]) => value !== undefined && value !== null);
  return Object.fromEntries(present) as { [K in keyof T]?: Exclude<T[K], null | undefined> };
}

const limit = z
  .string()
  .refine((text) => /^\d{1,3}$/.test(text) && Number(text) >= 1 && Number(text) <= 500, 'expected 1 to 500')
  .transform(Number)
  .optional();

/** The paging parameters every list takes. */
export const paging = { cursor: z.string().optional(), limit };

function missing(issue: { readonly code?: string | undefined; readonly input?: unknown }): string | undefined {
  return issue.code === 'invalid_type' && issue.input === undefined ? 'is missing' : undefined;
}

function firstFault(error: z.ZodError): { readonly path: string | undefined; readonly message: string } {
  const issue = error.issues[0];
  if (issue === undefined) return { path: undefined, message: 'is not valid' };
  const unknown = issue.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
  const path = [...issue.path, ...unknown].reduce<string>(
    (text, key) => (typeof key === 'number' ? `${text}[${key}]` : text === '' ? String(key) : `${text}.${String(key)}`),
    '',
  );
  return { path: path === '' ? undefined : path, message: unknown.length > 0 ? 'is not known here' : issue.message };
}

/** What a fault of the library says behind the path that it begins with, for those who name the path in their own words. */
export function afterPath({ message, path = '' }: FirstlineError): string {
  const start = message.indexOf(path);
  return start < 0 ? message : message.slice(start + path.length).replace(/^:?\s+/, '');
}

/** The library's fault under the name that the caller knows. */
export function underPath(error: FirstlineError, path: string): FirstlineError {
  const { code, retryAfterMs } = error;
  return new FirstlineError(code, `${path}: ${afterPath(error)}`, { path, ...given({ retryAfterMs }), cause: error });
}

/** Lets the library judge, since it is the one that will have to accept the value; its message then follows the path. */
export function judgedBy(accept: (text: string) => unknown): (text: string, context: z.RefinementCtx) => void {
  return (text, context) => {
    try {
      accept(text);
    } catch (error) {
      if (!isFirstlineError(error)) throw error;
      context.addIssue(afterPath(error));
    }
  };
}
