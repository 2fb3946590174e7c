/** Numbers and tables as people read them. Sizes are decimal: 1 GB is 10^9 bytes. */

const units = ['B', 'kB', 'MB', 'GB', 'TB'];

/** "1.19 GB": three digits that count, whole bytes below a kilobyte. */
export function size(bytes: number): string {
  let unit = 0;
  let value = bytes;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : value.toPrecision(3)} ${units[unit]}`;
}

/** "596 M". */
export function amount(count: number): string {
  for (const [factor, suffix] of [[1e12, 'T'], [1e9, 'G'], [1e6, 'M'], [1e3, 'k']] as const) {
    if (count >= factor * 0.9995) return `${(count / factor).toPrecision(3)} ${suffix}`;
  }
  return String(Math.round(count));
}

/** "8 s", "2 min 5 s", "1 h 3 min". */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** Columns as wide as their longest cell; those named in `right` are numbers. */
export function table(rows: string[][], right: number[] = []): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]!.length))) ?? [];
  return rows
    .map((row) => row.map((cell, column) => (right.includes(column) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!))).join('  ').trimEnd())
    .join('\n');
}
