import { FirstlineError } from '../errors';
import type { Page, PageParams } from '../ports/storage-reads';

interface Entry {
  readonly id: string;
  readonly createdAt: number;
}

const CURSOR = /^(\d{1,15})_(.+)$/;
const MAX_LIMIT = 500;

/** Ids in the order of their creation, for lists that show the newest first. */
export class Timeline {
  readonly #entries: Entry[] = [];

  get size(): number {
    return this.#entries.length;
  }

  add({ id, createdAt }: Entry): void {
    const entry = { id, createdAt };
    // Time and ids grow, so this is nearly always the end.
    const place = this.#placeOf(entry);
    this.#entries.splice(place, 0, entry);
  }

  ids(): readonly string[] {
    return this.#entries.map(({ id }) => id);
  }

  remove({ id, createdAt }: Entry): void {
    const place = this.#placeOf({ id, createdAt });
    if (this.#entries[place]?.id === id) this.#entries.splice(place, 1);
  }

  /**
   * One page, newest first, of the rows that `wanted` lets through. Walks past the others: people read such lists now and
   * then, and 100,000 rows take some 20 ms.
   */
  page<Row extends Entry>(
    params: PageParams,
    read: (id: string) => Row | undefined,
    wanted: (row: Row) => boolean,
  ): Page<Row> {
    const limit = checkedLimit(params);
    const start = params.cursor === undefined ? this.#entries.length : this.#placeOf(parseCursor(params.cursor));
    const items: Row[] = [];
    for (let place = start - 1; place >= 0; place -= 1) {
      const row = read(this.#entries[place]?.id ?? '');
      if (row === undefined || !wanted(row)) continue;
      const last = items.at(-1);
      if (items.length === limit && last !== undefined) return { items, cursor: `${last.createdAt}_${last.id}` };
      items.push(row);
    }
    return { items, cursor: null };
  }

  /** One page, oldest first. */
  forward<Row>(params: PageParams, read: (id: string) => Row | undefined): Page<Row> {
    const limit = checkedLimit(params);
    const after = params.cursor === undefined ? null : parseCursor(params.cursor);
    const start = after === null ? 0 : this.#placeOf(after) + 1;
    const entries = this.#entries.slice(start, start + limit);
    const last = start + limit < this.#entries.length ? entries.at(-1) : undefined;
    const items = entries.flatMap(({ id }) => read(id) ?? []);
    return { items, cursor: last === undefined ? null : `${last.createdAt}_${last.id}` };
  }

  /** How many entries come before this one. */
  #placeOf(entry: Entry): number {
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (inOrder(this.#entries[middle] as Entry, entry) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** One page of a list that is numbered from 1 without gaps; the cursor is the number of the page's last item. */
export function numberedPage<T>(params: PageParams, ids: readonly string[], read: (id: string) => T): Page<T> {
  const limit = checkedLimit(params);
  const { cursor = '0' } = params;
  if (!/^\d{1,15}$/.test(cursor)) throw malformed();
  const end = Number(cursor) + limit;
  return { items: ids.slice(Number(cursor), end).map(read), cursor: end < ids.length ? String(end) : null };
}

/** For `sort`: oldest first, and by id where that does not tell. */
export function inOrder(a: Entry, b: Entry): number {
  return a.createdAt - b.createdAt || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

function parseCursor(cursor: string): Entry {
  const [, createdAt, id] = CURSOR.exec(cursor) ?? [];
  if (createdAt === undefined || id === undefined) throw malformed();
  return { id, createdAt: Number(createdAt) };
}

function malformed(): FirstlineError {
  return new FirstlineError('invalid_input', 'cursor: not one that a previous page returned', { path: 'cursor' });
}

function checkedLimit({ limit }: PageParams): number {
  if (Number.isInteger(limit) && limit >= 1 && limit <= MAX_LIMIT) return limit;
  throw new FirstlineError('invalid_input', `limit: expected a whole number from 1 to ${MAX_LIMIT}`, { path: 'limit' });
}
