/** A table of this many hashes at most is never grown; the n-grams of a usual message fit. */
const FIRST_BITS = 10;
/** Spreads hashes over the table (2³² divided by the golden ratio; Knuth, The Art of Computer Programming, 6.4). */
const SPREAD = 0x9e3779b1;
/** Two cells a slot: the hash, and its number plus one; 0 for an empty slot. */
const CELLS = 2;

/**
 * Numbers 32-bit hashes in the order they come. Open addressing in one array, since looking up n-grams is most of
 * classifying and a `Map` is slower at it.
 */
export class HashNumbers {
  #bits = FIRST_BITS;
  #cells = new Int32Array(CELLS << FIRST_BITS);
  #hashes = new Int32Array(1 << (FIRST_BITS - 1));
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Each at its number. */
  get hashes(): Int32Array {
    return this.#hashes.slice(0, this.#size);
  }

  /** −1 for a hash that was never added. */
  numberOf(hash: number): number {
    const cells = this.#cells;
    const mask = (1 << this.#bits) - 1;
    let slot = Math.imul(hash, SPREAD) >>> (32 - this.#bits);
    for (;;) {
      const number = cells[CELLS * slot + 1]! - 1;
      if (number < 0 || cells[CELLS * slot] === hash) return number;
      slot = (slot + 1) & mask;
    }
  }

  /** The number of a hash, {@link size} before when it is new. */
  add(hash: number): number {
    const cells = this.#cells;
    const mask = (1 << this.#bits) - 1;
    let slot = Math.imul(hash, SPREAD) >>> (32 - this.#bits);
    for (;;) {
      const number = cells[CELLS * slot + 1]! - 1;
      if (number < 0) break;
      if (cells[CELLS * slot] === hash) return number;
      slot = (slot + 1) & mask;
    }
    const number = this.#size;
    this.#hashes[number] = hash;
    this.#size = number + 1;
    cells[CELLS * slot] = hash;
    cells[CELLS * slot + 1] = this.#size;
    if (this.#size === this.#hashes.length || 2 * this.#size > mask) this.#grow();
    return number;
  }

  /** Forgets all, and is small again in what it touches, but keeps its memory. */
  clear(): void {
    this.#bits = FIRST_BITS;
    this.#size = 0;
    this.#cells.fill(0, 0, CELLS << FIRST_BITS);
  }

  #grow(): void {
    this.#bits += 1;
    const length = CELLS << this.#bits;
    if (this.#cells.length < length) this.#cells = new Int32Array(length);
    else this.#cells.fill(0, 0, length);
    if (this.#hashes.length <= this.#size) {
      const hashes = new Int32Array(2 * this.#hashes.length);
      hashes.set(this.#hashes);
      this.#hashes = hashes;
    }
    const cells = this.#cells;
    const mask = (1 << this.#bits) - 1;
    for (let number = 0; number < this.#size; number += 1) {
      const hash = this.#hashes[number]!;
      let slot = Math.imul(hash, SPREAD) >>> (32 - this.#bits);
      while (cells[CELLS * slot + 1] !== 0) slot = (slot + 1) & mask;
      cells[CELLS * slot] = hash;
      cells[CELLS * slot + 1] = number + 1;
    }
  }
}
