/**
 * Makes the ids of everything stored. Default: `uuidV7Source(clock)`. Ids must be unique for ever within a storage,
 * must contain only `[A-Za-z0-9_-]`, and should grow with time, which keeps the storages' indexes compact.
 */
export interface IdSource {
  next(): string;
}
