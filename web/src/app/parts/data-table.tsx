/**
 * A table that stays smooth with any number of rows: only those in view exist. Sortable by every column, with a filter
 * and a CSV file of all rows. Rows have one height, so that positions are known without measuring.
 */
import { ascending, descending } from 'd3-array';
import type { ComponentChildren, VNode } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { csv, saveCsv } from '../../charts/save';
import { type Cell, type TableColumn, written } from '../../charts/table';
import { inEnglish, texts } from '../../text/texts';
import { integer, tabular } from '../../text/units';
import { useTip } from './tip';
import { ROW_HEIGHT, useRowWindow } from './window';

const DEFAULT_VISIBLE = 14;

/** The unit stands in the head of the CSV file; cells say it themselves. */
export interface Column<Row> extends TableColumn {
  /** What is sorted and written to CSV. */
  value: (row: Row) => Cell;
  /** What is shown; without it, the value. */
  cell?: (row: Row) => ComponentChildren;
  /** Width in characters. */
  width: number;
  numeric?: boolean;
  /** What the figure is, shown on hover and read out. */
  hint?: string;
}

/** What rows are: "1 tensor", "2 tensors". */
interface Noun {
  one: string;
  other: string;
}

interface DataTableProps<Row> {
  label: string;
  /** File name of the CSV, without extension. */
  file: string;
  rows: readonly Row[];
  /** In the language that is spoken when it is asked. */
  columns: () => readonly Column<Row>[];
  rowKey: (row: Row) => string;
  /** The text a filter looks through; without it there is no filter. */
  search?: (row: Row) => string;
  noun: Noun;
  sortBy?: { column: number; down: boolean };
  /** Marks rows, for instance the one that a chart shows. */
  rowClass?: (row: Row) => string;
  visible?: number;
}

export function DataTable<Row>(props: DataTableProps<Row>): VNode {
  const { label, file, rows, rowKey, search, noun, rowClass, visible = DEFAULT_VISIBLE } = props;
  const words = texts().parts.table;
  const columns = props.columns().map((column) => ({ ...column, width: widthOf(column) }));
  const [sort, setSort] = useState(props.sortBy ?? null);
  const [filter, setFilter] = useState('');

  const matching = useMemo(() => {
    const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
    return search && words.length > 0
      ? rows.filter((row) => words.every((word) => search(row).toLowerCase().includes(word)))
      : rows;
  }, [rows, filter]);
  const sorted = useMemo(() => {
    const column = sort && columns[sort.column];
    if (!sort || !column) return matching;
    const order = sort.down ? descending : ascending;
    return [...matching].sort((a, b) => order(column.value(a) ?? undefined, column.value(b) ?? undefined));
  }, [matching, sort]);

  const { box, first, last, height, onScroll, toTop } = useRowWindow(sorted.length, visible);
  const width = columns.reduce((sum, column) => sum + column.width, 0);
  const choose = (index: number) => {
    // A number is first wanted large, a name from A.
    const startDown = columns[index]?.numeric ?? false;
    setSort(
      sort?.column === index
        ? sort.down === startDown
          ? { column: index, down: !startDown }
          : null
        : { column: index, down: startDown },
    );
    toTop();
  };

  return (
    <div class="data-table">
      <div class="table-tools">
        {search && (
          <input
            class="input"
            type="search"
            placeholder={words.filter(noun.other)}
            aria-label={words.filter(noun.other)}
            value={filter}
            onInput={(event) => {
              setFilter(event.currentTarget.value);
              toTop();
            }}
          />
        )}
        <span class="quiet small" aria-live="polite">
          {sorted.length === rows.length
            ? words.all(integer(rows.length), rows.length === 1 ? noun.one : noun.other)
            : words.some(integer(sorted.length), integer(rows.length), rows.length === 1 ? noun.one : noun.other)}
        </span>
        <button
          type="button"
          class="button small push"
          onClick={() => {
            const whole = inEnglish(() => {
              const all = props.columns();
              return written({ columns: all, rows: sorted.map((row) => all.map((column) => column.value(row))) });
            });
            saveCsv(csv(whole.header, whole.rows), file);
          }}
        >
          CSV
        </button>
      </div>
      <div
        class="table-box"
        ref={box}
        role="region"
        aria-label={label}
        tabIndex={0}
        style={{ height: `${height}px` }}
        onScroll={onScroll}
      >
        <table aria-rowcount={sorted.length + 1} style={{ minWidth: `calc(${width}ch + ${columns.length * 1.5}rem)` }}>
          <colgroup>
            {columns.map((column) => (
              <col key={column.title} style={{ width: `${(100 * column.width) / width}%` }} />
            ))}
          </colgroup>
          <thead>
            <tr aria-rowindex={1}>
              {columns.map((column, index) => {
                const active = sort?.column === index ? sort : null;
                return (
                  <th
                    key={column.title}
                    scope="col"
                    class={column.numeric ? 'number' : ''}
                    aria-sort={active ? (active.down ? 'descending' : 'ascending') : 'none'}
                  >
                    <Head column={column} mark={active ? (active.down ? '↓' : '↑') : ''} onSort={() => choose(index)} />
                  </th>
                );
              })}
            </tr>
          </thead>
          <tbody>
            {first > 0 && (
              <tr class="spacer" aria-hidden="true" style={{ height: `${first * ROW_HEIGHT}px` }}>
                <td colSpan={columns.length} />
              </tr>
            )}
            {sorted.slice(first, last).map((row, index) => (
              <tr key={rowKey(row)} aria-rowindex={first + index + 2} class={rowClass?.(row) ?? ''}>
                {columns.map((column) => (
                  <td key={column.title} class={column.numeric ? 'number' : ''}>
                    {column.cell ? (column.cell(row) ?? '–') : cellText(column.value(row))}
                  </td>
                ))}
              </tr>
            ))}
            {last < sorted.length && (
              <tr class="spacer" aria-hidden="true" style={{ height: `${(sorted.length - last) * ROW_HEIGHT}px` }}>
                <td colSpan={columns.length} />
              </tr>
            )}
          </tbody>
        </table>
        {sorted.length === 0 && <p class="table-empty quiet">{words.none(noun.other, filter)}</p>}
      </div>
    </div>
  );
}

/** A head has room for its words and the mark of the order. */
const widthOf = <Row,>({ width, title }: Column<Row>) => Math.max(width, title.length + 2);

function cellText(value: Cell): string {
  return typeof value === 'number' ? tabular(value) : (value ?? '–');
}

/** The head of a column: sorts, and says what stands in it. */
function Head<Row>({ column, mark, onSort }: { column: Column<Row>; mark: string; onSort: () => void }): VNode {
  const { around, describedBy, tip } = useTip(null, column.hint ?? texts().parts.table.sortBy(column.title));
  return (
    <span class="head-around" {...around}>
      <button type="button" aria-describedby={describedBy} onClick={onSort}>
        {column.title}
        <span class="sort-mark" aria-hidden="true">
          {mark}
        </span>
      </button>
      {tip}
    </span>
  );
}
