import { z } from 'zod';
import type { Classification } from '../model/classification';

const probability = z.number().min(0).max(1);

const schema = z.object({
  scenario: z.string(),
  confidence: probability,
  reasoning: z.string(),
  source: z.enum(['cache', 'local', 'llm', 'fallback']),
  alternatives: z.array(z.object({ scenario: z.string(), confidence: probability })),
});

/** A classification as it was put into a cache; `null` for anything else that may lie under the key. */
export function storedClassification(json: string): Classification | null {
  try {
    return schema.parse(JSON.parse(json));
  } catch {
    return null;
  }
}
