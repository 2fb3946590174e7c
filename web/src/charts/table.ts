/** The numbers behind a chart or a list, as its table, the report and the CSV file have them. */

export type Cell = string | number | null;

export interface TableColumn {
  title: string;
  /**
   * What its numbers are in; without one they are names, places or counts of what the title says. Under a unit that
   * begins with "%" the rows hold shares: 0.07 for 7 %.
   */
  unit?: string | undefined;
}

export interface ChartTable {
  columns: readonly TableColumn[];
  rows: readonly (readonly Cell[])[];
}

/** A title with its unit, for heads of columns and for axes. */
export function titled({ title, unit }: TableColumn): string {
  return unit ? `${title}, ${unit}` : title;
}

/** A value in the unit of its column: shares become percent. What a float adds behind the twelfth digit is cut. */
export function inUnit(value: number, unit: string | undefined): number {
  return unit?.startsWith('%') ? Number((value * 100).toPrecision(12)) : value;
}

/** The table as people read it: units in the heads, every number in the unit of its column. */
export function written({ columns, rows }: ChartTable): { header: string[]; rows: Cell[][] } {
  return {
    header: columns.map(titled),
    rows: rows.map((row) =>
      row.map((value, index) => (typeof value === 'number' ? inUnit(value, columns[index]?.unit) : value)),
    ),
  };
}
