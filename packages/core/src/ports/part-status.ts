/** How a part that the engine can do without for a while is doing. */
export interface PartStatus {
  /** `degraded`: it goes on, but by itself: this process's memory answers in the place of a store that is away, for example. */
  readonly status: 'healthy' | 'degraded';
  /** Why, as one word such as `unreachable`; no address and nothing secret. `null`: healthy. */
  readonly fault: string | null;
  /** Since when, in epoch milliseconds; `null`: healthy, or nobody knows. */
  readonly degradedAt: number | null;
}

/** The connections that a storage shares between its transactions. */
export interface PoolStatus {
  /** Connections there are, those that are being made included. */
  readonly size: number;
  /** Of these, the ones that nobody uses at the moment. */
  readonly idle: number;
  /** Transactions that wait for one; more than none for long means that the pool is too small, or the database too slow. */
  readonly waiting: number;
}
