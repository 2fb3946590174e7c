/** What every chart has around it: a title, a sentence, its controls, a table twin and ways to take it along. */
import type { ComponentChildren, VNode } from 'preact';
import { useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { inEnglish, type Language, language, texts } from '../text/texts';
import { integer, tabular } from '../text/units';
import { mountedCharts } from './mounted';
import { csv, saveCsv, savePng, saveSvg } from './save';
import { drawingScale } from './scale';
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
  /** For a chart that fills what its screen leaves it: everything but the drawing is in one line. */
  compact?: boolean;
  /** What belongs to the drawing and stands under it: sliders, figures. */
  under?: ComponentChildren;
  /** The height counts in a compact frame only. */
  children: (width: number, height: number) => VNode;
}

export function ChartFrame({
  title,
  note,
  file,
  controls,
  legend,
  table,
  compact = false,
  under,
  children,
}: FrameProps): VNode {
  const plot = useRef<HTMLDivElement>(null);
  const { width, height } = useSize(plot);
  const id = useId();
  const [tableOpen, setTableOpen] = useState(false);
  const figure = useRef<HTMLElement>(null);
  useEffect(() => {
    const { current } = figure;
    if (current) mountedCharts.set(current, { title, table });
    return () => void (current && mountedCharts.delete(current));
  });
  const words = texts().charts.frame;
  const svg = () => plot.current?.querySelector('svg') ?? null;
  const withSvg = (action: (drawing: SVGSVGElement) => void) => () => {
    const drawing = svg();
    if (drawing) action(drawing);
  };
  const details = (
    <details class="disclosure" onToggle={(event) => setTableOpen(event.currentTarget.open)}>
      <summary>{words.table}</summary>
      {tableOpen && <TwinTable label={title} table={table()} />}
    </details>
  );
  const exports = (
    <div class="chart-exports" role="group" aria-label={words.save(title)}>
      <button
        type="button"
        class="button small"
        onClick={() => {
          const { header, rows } = inEnglish(() => written(table()));
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
  );
  const scale = drawingScale.value;
  const [own, tall] = [Math.floor(width / scale), Math.floor(height / scale)];
  const scaled = useRef<HTMLDivElement>(null);
  // What is only shown larger keeps its own height in the layout: the larger one is made room for.
  useLayoutEffect(() => {
    if (compact || !plot.current) return;
    const high = scaled.current?.offsetHeight ?? 0;
    if (scale === 1) plot.current.style.height = '';
    else if (high > 0) plot.current.style.height = `${Math.ceil(high * scale)}px`;
  });
  const drawing = (
    <div class="chart-plot" ref={plot}>
      {width > 0 &&
        (scale === 1 ? (
          children(width, height)
        ) : (
          <div
            class="chart-scaled"
            ref={scaled}
            style={{
              width: `${own}px`,
              ...(compact && { height: `${tall}px` }),
              transform: `scale(${scale})`,
            }}
          >
            {children(own, tall)}
          </div>
        ))}
    </div>
  );
  if (compact)
    return (
      <figure class="chart compact" aria-labelledby={id} ref={figure}>
        <div class="chart-line">
          <h3 id={id}>{title}</h3>
          {controls && <div class="chart-controls">{controls}</div>}
          <div class="chart-more">
            <details class="disclosure">
              <summary>{words.howToRead}</summary>
              <p class="chart-note">{note}</p>
            </details>
            {details}
            {exports}
          </div>
        </div>
        {legend}
        {drawing}
        {under}
      </figure>
    );
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
      {drawing}
      {under}
      <div class="chart-foot">
        {details}
        {exports}
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
                  {typeof value === 'number' ? tabular(value) : (value ?? '–')}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      )),
    [rows],
  );
  const [parts, setParts] = useState(1);
  const words = texts().charts.frame;
  useEffect(() => {
    if (parts >= bodies.length) return undefined;
    const timer = setTimeout(() => setParts(parts + 1));
    return () => clearTimeout(timer);
  }, [parts, bodies]);
  return (
    <div class="twin" role="region" aria-label={words.asTable(label)} aria-busy={parts < bodies.length} tabIndex={0}>
      {table.rows.length > MOST_ROWS && (
        <p class="quiet small">{words.firstRows(integer(MOST_ROWS), integer(table.rows.length))}</p>
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

/** The size the layout gives an element, followed as it changes. */
function useSize(element: { readonly current: HTMLElement | null }): { width: number; height: number } {
  const [size, setSize] = useState({ width: 0, height: 0 });
  // Before the first painting, in which nothing may have another height than afterwards.
  useLayoutEffect(() => {
    const target = element.current;
    if (!target) return undefined;
    const take = ({ width, height }: { width: number; height: number }) =>
      setSize((before) =>
        before.width === Math.floor(width) && before.height === Math.floor(height)
          ? before
          : { width: Math.floor(width), height: Math.floor(height) },
      );
    take(target.getBoundingClientRect());
    const observer = new ResizeObserver(([entry]) => {
      // What is hidden has no size, and is found as it was.
      if (entry && entry.contentRect.width > 0) take(entry.contentRect);
    });
    observer.observe(target);
    return () => observer.disconnect();
  }, []);
  return size;
}

/** Makes something when it is first asked for, in each language. */
export function lazily<T>(make: () => T): () => T {
  const made = new Map<Language, T>();
  return () => {
    const spoken = language();
    if (!made.has(spoken)) made.set(spoken, make());
    return made.get(spoken)!;
  };
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
