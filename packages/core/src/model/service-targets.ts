import type { Priority } from './scenario';

/** What is promised about a ticket of one priority, in business time; `null`: nothing. */
export interface ServiceTarget {
  readonly firstResponseMs: number | null;
  readonly resolutionMs: number | null;
}

/** Promises per priority. Checked and frozen; get one from `serviceLevel`. */
export type ServiceTargets = Readonly<Record<Priority, ServiceTarget>>;
