/** How far the tables of a storage are, and what is left to do; what the adapters' `…MigrationStatus` resolve to. */
export interface MigrationStatus {
  /** Names of the migrations that were applied, in their order. */
  readonly applied: readonly string[];
  /** Those that were not, in the order in which they have to be, with what each of them would run: a dry run. */
  readonly pending: readonly { readonly name: string; readonly sql: readonly string[] }[];
}
