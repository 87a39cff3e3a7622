/** Fisher–Yates in place, by the mulberry32 generator: the same order for the same seed, on every machine. */
export function seededShuffle(items: number[], seed: number): void {
  let state = seed;
  for (let last = items.length - 1; last > 0; last -= 1) {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    const chosen = ((mixed ^ (mixed >>> 14)) >>> 0) % (last + 1);
    const item = items[last] ?? 0;
    items[last] = items[chosen] ?? 0;
    items[chosen] = item;
  }
}
