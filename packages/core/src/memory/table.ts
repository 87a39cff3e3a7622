import { FirstlineError } from '../errors';
import { snapshot } from './snapshot';

/** Rows by id. A row is frozen and replaced as a whole, so whoever was given one keeps it as it was. */
export class Table<Row extends { readonly id: string }, Group extends string = never> {
  readonly #name: string;
  readonly #groupOf: (row: Row) => Group | null;
  readonly #rows = new Map<string, Row>();
  /** Rows by group, kept with every write so that `counts` need not walk through all of them. */
  readonly #tally = new Map<Group, number>();

  constructor(name: string, groupOf: (row: Row) => Group | null = () => null) {
    this.#name = name;
    this.#groupOf = groupOf;
  }

  get size(): number {
    return this.#rows.size;
  }

  get(id: string): Row | undefined {
    return this.#rows.get(id);
  }

  /** The row another row points to: rows that do so go together. */
  must(id: string): Row {
    const row = this.#rows.get(id);
    if (row === undefined) throw new FirstlineError('internal', `there is no ${this.#name} ${id}`);
    return row;
  }

  /** Ids are unique. To be called before anything is written. */
  checkNew(...ids: readonly string[]): void {
    const taken = ids.find((id, index) => this.#rows.has(id) || ids.indexOf(id) !== index);
    if (taken !== undefined) throw new FirstlineError('internal', `${this.#name} ${taken} exists already`);
  }

  put(row: Row): Row {
    const before = this.#rows.get(row.id);
    const after = snapshot(row);
    if (before !== undefined) this.#count(before, -1);
    this.#count(after, 1);
    this.#rows.set(row.id, after);
    return after;
  }

  remove(id: string): void {
    const row = this.#rows.get(id);
    if (row === undefined) return;
    this.#count(row, -1);
    this.#rows.delete(id);
  }

  values(): IterableIterator<Row> {
    return this.#rows.values();
  }

  count(group: Group): number {
    return this.#tally.get(group) ?? 0;
  }

  #count(row: Row, change: 1 | -1): void {
    const group = this.#groupOf(row);
    if (group !== null) this.#tally.set(group, this.count(group) + change);
  }
}
