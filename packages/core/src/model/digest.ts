import { sha256 } from '@noble/hashes/sha256';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils';

/**
 * Short stable name of a text: the first 128 bits of its SHA-256, in hex. Used for fingerprints, channel keys and
 * versions; a cryptographic hash, since two different messages with one fingerprint would be one message lost.
 */
export function digest(text: string): string {
  return bytesToHex(sha256(utf8ToBytes(text)).subarray(0, 16));
}

/** A number in [0, 1) that depends on `seed` alone: jitter without a random source, the same after a restart. */
export function unitHash(seed: string): number {
  const bytes = sha256(utf8ToBytes(seed));
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0) / 0x1_0000_0000;
}
