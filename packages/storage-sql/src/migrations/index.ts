import { initial } from './0001-initial';
import { incidents } from './0002-incidents';
import { delivery } from './0003-delivery';
import type { Migration } from './migration';

/** In the order in which they are applied. Append only. */
export const migrations: readonly Migration[] = [initial, incidents, delivery];
