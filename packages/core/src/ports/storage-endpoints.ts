import type { DeliveryStatus } from '../model/delivery';
import type { Endpoint, EndpointStatus } from '../model/endpoint';
import type { NewEvent } from '../model/event';
import type { Page, PageParams } from './storage-reads';

/** The health of places that messages are sent to, part of `Storage` and under its rules. */
export interface StorageEndpoints {
  /** Those of the keys that have a row, in any order. */
  endpoints(params: { readonly tenant: string; readonly keys: readonly string[] }): Promise<readonly Endpoint[]>;

  /** Newest first, by `createdAt`, then by key. */
  endpointPage(params: PageParams & { readonly status?: EndpointStatus }): Promise<Page<Endpoint>>;

  /** Those that have to wait now, by the end of it, then the disabled ones, newest first; at most `limit` of each kind. */
  endpointsInTrouble(params: {
    readonly tenant: string;
    readonly now: number;
    readonly limit: number;
  }): Promise<readonly Endpoint[]>;

  /**
   * Writes a row, whole, if its version is still `expectedVersion`, `null` meaning that there is none yet; appends
   * `events`, and wakes what waits for `wake`, see `wake`. Resolves to false, and changes nothing, otherwise.
   */
  putEndpoint(params: {
    readonly tenant: string;
    readonly now: number;
    readonly endpoint: Endpoint;
    readonly expectedVersion: number | null;
    readonly wake: string | null;
    readonly events: readonly NewEvent[];
  }): Promise<boolean>;

  /**
   * Makes `deliver` lanes due now that wait for `waitsFor` (see `GateVerdict`, `DeliveryResult`), those due earliest first,
   * at most `limit`; lanes that somebody holds are left alone. Pending deliveries in these conversations that wait for
   * their next attempt after a failed one become due now too; others keep their time. Resolves to how many lanes it was.
   */
  wake(params: {
    readonly tenant: string;
    readonly now: number;
    readonly waitsFor: string;
    readonly limit: number;
  }): Promise<number>;

  /**
   * `replayDelivery` for the oldest `limit` of those with this status that were created in [`from`, `to`) and ended by
   * `settledBy`; `endpoint`: only those whose conversation has this channel key. Resolves to how many it was.
   */
  replayDeliveries(params: {
    readonly tenant: string;
    readonly now: number;
    readonly from: number;
    readonly to: number;
    readonly settledBy: number;
    readonly status: Extract<DeliveryStatus, 'dead' | 'expired' | 'unknown'>;
    readonly endpoint: string | null;
    readonly limit: number;
    readonly operatorId: string;
  }): Promise<number>;
}
