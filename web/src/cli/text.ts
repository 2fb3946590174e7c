/** Tables and lines as people read them. */

/** `text` without control characters: names come from strangers' files and must not steer the terminal. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '?');
}

/** Says on stderr what a person should know beside the result. */
export function note(sentence: string, kind: 'Note' | 'Warning' = 'Note'): void {
  process.stderr.write(`${kind}: ${printable(sentence)}\n`);
}

/** Writes a command's result to stdout: as JSON where that was asked for, else as `describe` puts it. */
export function print<T>({ json }: { json?: boolean }, value: T, describe: (value: T) => string): void {
  process.stdout.write(`${json ? JSON.stringify(value, null, 2) : describe(value)}\n`);
}

/** Columns as wide as their longest cell; those named in `right` are numbers. */
export function table(cells: string[][], right: number[] = []): string {
  const rows = cells.map((row) => row.map(printable));
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]!.length))) ?? [];
  return rows
    .map((row) =>
      row
        .map((cell, column) => (right.includes(column) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
