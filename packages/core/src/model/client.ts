/** The customer who writes. One record per tenant and `id`, shared by all of the client's conversations. */
export interface Client {
  readonly tenant: string;
  /** The host application's stable id. */
  readonly id: string;
  readonly name: string | null;
  /** Last locale the host or the message told, for example `'ru'`; `null` when none was ever told. */
  readonly locale: string | null;
  /** When the client was last greeted; `null`: never. Guards "one greeting per client" across conversations. */
  readonly greetedAt: number | null;
  readonly createdAt: number;
  /** Grows by one with every change of this record; an expected version guards concurrent decisions. */
  readonly version: number;
}
