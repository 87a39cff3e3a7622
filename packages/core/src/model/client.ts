/** A request made of the bot lately; remembered to notice that the client asks again. */
export interface RecentRequest {
  readonly at: number;
  /** What it was recognised as; `UNKNOWN` where it was not. */
  readonly scenario: string;
  /** Hashes of its words, see `gistOf`; not readable. */
  readonly gist: readonly number[];
  /** The client only said thanks: whoever says it twice is not answered twice. */
  readonly thanks?: true;
  /** The client only said hello, which is no request that was not understood. */
  readonly hello?: true;
}

/** The customer who writes. One record per tenant and `id`, shared by all of the client's conversations. */
export interface Client {
  readonly tenant: string;
  /** The host application's stable id. */
  readonly id: string;
  readonly name: string | null;
  /** Last locale the host or the message told, for example `'ru'`; `null` when none was ever told. */
  readonly locale: string | null;
  /** Where the client is, as the host told last, in the host's own words; `null` when it never did. Outages may be regional. */
  readonly region: string | null;
  /** When the client was last greeted; `null`: never. Guards "one greeting per client" across conversations. */
  readonly greetedAt: number | null;
  /** The latest requests made of the bot, oldest first, some 20; emptied when a person takes over. */
  readonly recent: readonly RecentRequest[];
  readonly createdAt: number;
  /** Grows by one with every change of this record; an expected version guards concurrent decisions. */
  readonly version: number;
}
