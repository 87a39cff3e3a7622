import type { IdSource } from '../ports/id-source';

/** Readable ids that grow and say nothing of the time: `id-000001`, `id-000002`, … */
export function countingIds(prefix = 'id'): IdSource {
  let count = 0;
  return { next: () => `${prefix}-${String(++count).padStart(6, '0')}` };
}
