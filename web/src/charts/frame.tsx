/** What every chart has around it: a title, a sentence, its controls, a table twin and ways to take it along. */
import type { ComponentChildren, VNode } from 'preact';
import { useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { integer } from '../text/units';
import { mountedCharts } from './mounted';
import { csv, saveCsv, savePng, saveSvg } from './save';
import { type ChartTable, written } from './table';

/** Rows of a table that are shown: more would take the page longer than a moment. */
const MOST_ROWS = 1000;
/** Rows that are laid out in one task. */
const ROWS_AT_ONCE = 120;

interface FrameProps {
  title: string;
  /** How to read it, and over what. */
  note: ComponentChildren;
  /** File name of exports, without extension. */
  file: string;
  controls?: ComponentChildren;
  legend?: ComponentChildren;
  /** The same object as long as the numbers are the same: then an open table stays as it is. */
  table: () => ChartTable;
  children: (width: number) => VNode;
}

export function ChartFrame({ title, note, file, controls, legend, table, children }: FrameProps): VNode {
  const plot = useRef<HTMLDivElement>(null);
  const width = useWidth(plot);
  const id = useId();
  const [tableOpen, setTableOpen] = useState(false);
  const figure = useRef<HTMLElement>(null);
  useEffect(() => {
    const { current } = figure;
    if (current) mountedCharts.set(current, { title, table });
    return () => void (current && mountedCharts.delete(current));
  });
  const svg = () => plot.current?.querySelector('svg') ?? null;
  const withSvg = (action: (drawing: SVGSVGElement) => void) => () => {
    const drawing = svg();
    if (drawing) action(drawing);
  };
  return (
    <figure class="chart" aria-labelledby={id} ref={figure}>
      <div class="chart-head">
        <div class="chart-words">
          <h3 id={id}>{title}</h3>
          <p class="chart-note">{note}</p>
        </div>
        {controls && <div class="chart-controls">{controls}</div>}
      </div>
      {legend}
      <div class="chart-plot" ref={plot}>
        {width > 0 && children(width)}
      </div>
      <div class="chart-foot">
        <details class="disclosure" onToggle={(event) => setTableOpen(event.currentTarget.open)}>
          <summary>Table</summary>
          {tableOpen && <TwinTable label={title} table={table()} />}
        </details>
        <div class="chart-exports" role="group" aria-label={`Save the chart: ${title}`}>
          <button
            type="button"
            class="button small"
            onClick={() => {
              const { header, rows } = written(table());
              saveCsv(csv(header, rows), file);
            }}
          >
            CSV
          </button>
          <button type="button" class="button small" onClick={withSvg((drawing) => saveSvg(drawing, title, file))}>
            SVG
          </button>
          <button type="button" class="button small" onClick={withSvg((drawing) => void savePng(drawing, title, file))}>
            PNG
          </button>
        </div>
      </div>
    </figure>
  );
}

function TwinTable({ label, table }: { label: string; table: ChartTable }): VNode {
  const { header, rows } = useMemo(() => written({ ...table, rows: table.rows.slice(0, MOST_ROWS) }), [table]);
  const bodies = useMemo(
    () =>
      Array.from({ length: Math.ceil(rows.length / ROWS_AT_ONCE) }, (_, part) => (
        <tbody key={part}>
          {rows.slice(part * ROWS_AT_ONCE, (part + 1) * ROWS_AT_ONCE).map((row, index) => (
            <tr key={index}>
              {row.map((value, column) => (
                <td key={column} class={typeof value === 'number' ? 'number' : ''}>
                  {value ?? '–'}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      )),
    [rows],
  );
  const [parts, setParts] = useState(1);
  useEffect(() => {
    if (parts >= bodies.length) return undefined;
    const timer = setTimeout(() => setParts(parts + 1));
    return () => clearTimeout(timer);
  }, [parts, bodies]);
  return (
    <div class="twin" role="region" aria-label={`${label}, as a table`} aria-busy={parts < bodies.length} tabIndex={0}>
      {table.rows.length > MOST_ROWS && (
        <p class="quiet small">
          The first {integer(MOST_ROWS)} of {integer(table.rows.length)} rows; the CSV file has all.
        </p>
      )}
      <table>
        <thead>
          <tr>
            {header.map((text) => (
              <th scope="col" key={text}>
                {text}
              </th>
            ))}
          </tr>
        </thead>
        {bodies.slice(0, parts)}
      </table>
    </div>
  );
}

/** The width the layout gives an element, followed as it changes. */
function useWidth(element: { readonly current: HTMLElement | null }): number {
  const [width, setWidth] = useState(0);
  // Before the first painting, in which nothing may have another height than afterwards.
  useLayoutEffect(() => {
    const target = element.current;
    if (!target) return undefined;
    setWidth(Math.floor(target.getBoundingClientRect().width));
    const observer = new ResizeObserver((entries) => {
      const [entry] = entries;
      if (entry) setWidth(Math.floor(entry.contentRect.width));
    });
    observer.observe(target);
    return () => observer.disconnect();
  }, []);
  return width;
}

/** Makes something when it is first asked for. */
export function lazily<T>(make: () => T): () => T {
  let made: { value: T } | null = null;
  return () => (made ??= { value: make() }).value;
}

/** A choice between a few views of the same chart. */
export function Switch<T extends string>({
  label,
  value,
  choices,
  onChange,
}: {
  label: string;
  value: T;
  choices: readonly { value: T; label: string }[];
  onChange: (value: T) => void;
}): VNode {
  const name = useId();
  return (
    <fieldset class="switch">
      <legend class="visually-hidden">{label}</legend>
      {choices.map((choice) => (
        <label key={choice.value}>
          <input type="radio" name={name} checked={choice.value === value} onChange={() => onChange(choice.value)} />
          <span>{choice.label}</span>
        </label>
      ))}
    </fieldset>
  );
}
