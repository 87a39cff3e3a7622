import { FirstlineError, type Page, type PageParams } from '@firstline/core';
import { newestCursor, parseNewestCursor } from './cursor';
import type { SqlExecutor } from './driver';
import type { Statement } from './statement';

/** What every list query, newest first, is bound to besides its filters. */
export interface NewestParams {
  readonly tenant: string;
  readonly beforeAt: number;
  readonly beforeId: string;
  readonly limit: number;
}

/** One statement for every combination of optional filters, since an index serves only conditions that are there. */
export interface NewestFirst<F extends string, P extends NewestParams, R> {
  readonly filters: readonly F[];
  /** By the set of filters given, as a bit mask in the order of `filters`. */
  readonly variants: readonly Statement<P, R>[];
}

const MAX_LIMIT = 500;

export function newestFirst<F extends string, P extends NewestParams, R>(
  filters: readonly F[],
  build: (given: Readonly<Record<F, boolean>>) => Statement<P, R>,
): NewestFirst<F, P, R> {
  const variants = Array.from({ length: 2 ** filters.length }, (_, mask) => {
    const given = filters.map((filter, bit): [F, boolean] => [filter, (mask & (1 << bit)) !== 0]);
    return build(Object.fromEntries(given) as Record<F, boolean>);
  });
  return { filters, variants };
}

/** Reads one page and the cursor of the next. */
export async function newestPage<
  F extends string,
  P extends NewestParams,
  R extends { created_at: number; id: string },
  T,
>(
  tx: SqlExecutor,
  { filters, variants }: NewestFirst<F, P, R>,
  params: PageParams & Partial<Record<F, unknown>>,
  map: (row: R) => T,
): Promise<Page<T>> {
  const { at, id } = parseNewestCursor(params.cursor);
  const limit = checkedLimit(params);
  const mask = filters.reduce((bits, filter, bit) => (params[filter] === undefined ? bits : bits | (1 << bit)), 0);
  const statement = variants[mask] as Statement<P, R>;
  // A variant binds only the filters it was built with.
  const bound = { ...params, beforeAt: at, beforeId: id, limit: limit + 1 } as unknown as P;
  const rows = await tx.all(statement, bound);
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  const cursor = rows.length > limit && last !== undefined ? newestCursor({ at: last.created_at, id: last.id }) : null;
  return { items: items.map(map), cursor };
}

export function checkedLimit({ limit }: PageParams): number {
  if (Number.isInteger(limit) && limit >= 1 && limit <= MAX_LIMIT) return limit;
  throw new FirstlineError('invalid_input', `limit: must be a whole number from 1 to ${MAX_LIMIT}`, { path: 'limit' });
}
