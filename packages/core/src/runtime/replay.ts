import { FirstlineError } from '../errors';
import type { Delivery } from '../model/delivery';
import type { EngineContext } from './context';
import { announce } from './wakeups';

export interface ReplayParams {
  /** Who wants it, for the feed. Default `'operator'`. */
  readonly operatorId?: string;
}

/** Which deliveries to send again: those of messages made from `from` on and before `to`, epoch milliseconds. */
export interface ReplayRange extends ReplayParams {
  readonly from: number;
  readonly to: number;
  /** Default `'dead'`. */
  readonly status?: 'dead' | 'expired' | 'unknown';
  /** Only those to this endpoint, by its key. Default: to all. */
  readonly endpoint?: string;
}

export interface ReplayResult {
  /** How many are due again. */
  readonly replayed: number;
  /** There are more: at most 10,000 are taken at once. */
  readonly more: boolean;
}

const AT_ONCE = 100;
const MOST = 10_000;

export async function replayOne(context: EngineContext, deliveryId: string, params: ReplayParams): Promise<Delivery> {
  const { storage, tenant, clock, wakeups } = context;
  const { operatorId = 'operator' } = params;
  const now = clock.now();
  const delivery = await storage.replayDelivery({ tenant, now, deliveryId, operatorId });
  if (delivery === null) {
    throw new FirstlineError('not_found', `there is no delivery ${deliveryId}`, { path: 'deliveryId' });
  }
  if (delivery.status !== 'pending') {
    throw new FirstlineError('conflict', `a delivery that is ${delivery.status} cannot be replayed`);
  }
  announce(wakeups, { deliver: now });
  return delivery;
}

/** In pieces, the oldest first. What ends again meanwhile is not taken twice. */
export async function replayRange(context: EngineContext, range: ReplayRange): Promise<ReplayResult> {
  const { storage, tenant, clock, wakeups } = context;
  const { from, to, status = 'dead', endpoint = null, operatorId = 'operator' } = range;
  if (!(Number.isFinite(from) && Number.isFinite(to) && from < to)) {
    throw new FirstlineError('invalid_input', 'from, to: expected two times, the first before the second', {
      path: 'from',
    });
  }
  if (!['dead', 'expired', 'unknown'].includes(status)) {
    throw new FirstlineError('invalid_input', 'status: expected dead, expired or unknown', { path: 'status' });
  }
  const settledBy = clock.now();
  for (let replayed = 0; replayed < MOST;) {
    const now = clock.now();
    const wanted = { tenant, now, from, to, settledBy, status, endpoint, operatorId };
    const count = await storage.replayDeliveries({ ...wanted, limit: Math.min(AT_ONCE, MOST - replayed) });
    replayed += count;
    announce(wakeups, count > 0 ? { deliver: now } : {});
    if (count < AT_ONCE) return { replayed, more: false };
  }
  return { replayed: MOST, more: true };
}
