/** Our whole numbers are safe ones, whatever the width of the column or of the count. */
const NUMBERS: ReadonlySet<number> = new Set([20, 21, 23, 1700]);
const BOOLEAN = 16;

export type RowReader = (values: readonly (string | null)[]) => Record<string, unknown>;

/** What stands in a column, from its text. */
export function valueReader(type: number): (value: string) => unknown {
  if (NUMBERS.has(type)) return Number;
  return type === BOOLEAN ? (value) => value === 't' : (value) => value;
}

/** Makes an object of a row. */
export function rowReader(columns: readonly { readonly name: string; readonly dataTypeID: number }[]): RowReader {
  const names = columns.map(({ name }) => name);
  const read = columns.map(({ dataTypeID }) => valueReader(dataTypeID));
  return (values) => {
    const row: Record<string, unknown> = {};
    for (let index = 0; index < names.length; index += 1) {
      const value = values[index] ?? null;
      row[names[index] as string] = value === null ? null : read[index]?.(value);
    }
    return row;
  };
}
