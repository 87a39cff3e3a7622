// FNV-1a, 32 bits: offset basis and prime of the published algorithm.
export const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** One more character code into a hash that began as {@link FNV_OFFSET}; signed, as bitwise operations give it. */
export function mixFnv(hash: number, code: number): number {
  return Math.imul(hash ^ code, FNV_PRIME);
}
