/** How a part that the engine can do without for a while is doing. */
export interface PartStatus {
  /** `degraded`: it goes on, but by itself: this process's memory answers in the place of a store that is away, for example. */
  readonly status: 'healthy' | 'degraded';
  /** Why, as one word such as `unreachable`; no address and nothing secret. `null`: healthy. */
  readonly fault: string | null;
  /** Since when, in epoch milliseconds; `null`: healthy, or nobody knows. */
  readonly degradedAt: number | null;
}
