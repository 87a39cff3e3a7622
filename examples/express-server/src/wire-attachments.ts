import type { Attachment } from '@firstline/core';
import { z } from 'zod';
import { given } from './parse';

/** Files as they come over the wire; `null` counts as not given. */
export const attachmentsSchema = z
  .array(
    z.strictObject({
      kind: z.enum(['image', 'document', 'audio', 'video', 'other']),
      url: z.string(),
      mime_type: z.string().nullish(),
      size: z.number().nullish(),
    }),
  )
  .nullish();

/** The same as the library takes them. */
export function attachmentsOf(list: z.infer<typeof attachmentsSchema>): readonly Attachment[] | undefined {
  return list?.map(({ kind, url, mime_type, size }) => ({ kind, url, ...given({ mimeType: mime_type, size }) }));
}
