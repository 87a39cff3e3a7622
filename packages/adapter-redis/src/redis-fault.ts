/**
 * Why Redis is not used.
 *
 * - `unreachable`    no connection
 * - `timeout`        no answer in time
 * - `unauthorized`   wrong or no password, or the user may not do this
 * - `loading`        it has been started and is reading its data
 * - `read_only`      a replica, or one whose disk is full
 * - `out_of_memory`  its `maxmemory` is reached, and its policy lets nothing go
 * - `refused`        it said no for another reason
 * - `closed`         `close()` was called
 */
export type RedisFault =
  'unreachable' | 'timeout' | 'unauthorized' | 'loading' | 'read_only' | 'out_of_memory' | 'refused' | 'closed';

/** Older servers wrap what a command within a script was told, so the code may stand anywhere. */
const CODES: readonly (readonly [RegExp, RedisFault])[] = [
  [/\b(NOAUTH|WRONGPASS|NOPERM)\b|invalid password/, 'unauthorized'],
  [/\bLOADING\b/, 'loading'],
  [/\b(READONLY|MISCONF)\b/, 'read_only'],
  [/\bOOM\b/, 'out_of_memory'],
];

/** What an error of ioredis means. */
export function faultOf(error: unknown): RedisFault {
  const { name, message } = error instanceof Error ? error : { name: '', message: '' };
  // Whatever the server answers is of this class; the rest is about the way to it.
  if (name !== 'ReplyError') return /timed out/i.test(message) ? 'timeout' : 'unreachable';
  return CODES.find(([code]) => code.test(message))?.[1] ?? 'refused';
}

/** Whether the server is well and only what lies under this key does not suit the command. */
export function isAboutKey(error: unknown): boolean {
  return error instanceof Error && /\bWRONGTYPE\b|not a valid float|NaN or Infinity/.test(error.message);
}
