/** What people write for each other about a conversation; the client never sees it. */
export interface Note {
  readonly tenant: string;
  readonly id: string;
  readonly conversationId: string;
  /** The ticket that was open then; `null`: none was. */
  readonly ticketId: string | null;
  readonly operatorId: string;
  readonly text: string;
  readonly createdAt: number;
}
