/** What operators may do, each including what stands before it. */
export const ROLES = [
  /** Reads everything. */
  'viewer',
  /** Takes conversations over, answers, works on tickets, sends dead letters again. */
  'operator',
  /** Whatever will concern the operators themselves. */
  'admin',
] as const;
export type Role = (typeof ROLES)[number];

/** Somebody who signed in. */
export interface Operator {
  readonly id: string;
  readonly role: Role;
}

/** Whether a role is at least the one that is needed. */
export function suffices(role: Role, needed: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed);
}
