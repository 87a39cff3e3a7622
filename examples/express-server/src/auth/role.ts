/** What operators may do, each including what stands before it. */
export const ROLES = [
  /** Reads everything but what people write for each other. */
  'viewer',
  /** Takes conversations over, answers, works on tickets, writes notes, sends dead letters again. */
  'operator',
  /** Exports and erases what is known of a client, and changes what the bot says. */
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
