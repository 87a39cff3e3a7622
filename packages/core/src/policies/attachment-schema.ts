import { z } from 'zod';

/** Files sent along with a message, whoever sends it. */
export const attachmentsSchema = z
  .array(
    z.strictObject({
      kind: z.enum(['image', 'document', 'audio', 'video', 'other']),
      url: z.string().min(1).max(2_048),
      mimeType: z.string().max(255).optional(),
      size: z.int().nonnegative().optional(),
    }),
  )
  .max(20);
