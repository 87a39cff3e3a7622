import type { Channel } from '../../model/channel';
import type { InboundMessage } from '../../model/message';
import type { ConversationState, WorkLease } from '../../ports/storage-work';

export const T0 = Date.parse('2026-03-02T09:00:00Z');
export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const LEASE_MS = 60 * SECOND;
/** A time at which every lane there is counts as due. */
export const FAR = T0 + 100_000 * 24 * 60 * MINUTE;

export const CHANNEL: Channel = { transport: 'fake', address: { to: 'a' } };
export const OTHER_CHANNEL: Channel = { transport: 'fake', address: { to: 'b' } };

/** A conversation that is somebody's turn: the lease, and the message to decide. */
export interface Turn {
  readonly lease: WorkLease;
  readonly state: ConversationState & { readonly message: InboundMessage };
}
