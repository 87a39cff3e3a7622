import { V7Generator } from 'uuidv7';
import type { Clock } from '../ports/clock';
import type { IdSource } from '../ports/id-source';

/**
 * UUIDs of version 7 (RFC 9562) stamped by the given clock and growing within a process, also when the clock steps back.
 * The random part comes from the platform's cryptographic generator.
 */
export function uuidV7Source(clock: Clock): IdSource {
  const generator = new V7Generator();
  return { next: () => generator.generateOrResetCore(clock.now(), 10_000).toString() };
}
