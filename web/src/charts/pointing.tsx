/** One reading at a time: found with the pointer or the arrow keys, shown in a tooltip, spelled to screen readers. */
import type { ComponentChildren, VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { texts } from '../text/texts';
import { pointIn } from './scale';

export interface Reading {
  /** Where the tooltip points, in pixels of the plot's container. */
  x: number;
  y: number;
  /** The first line, and the lines under it. */
  head: string;
  lines: string[];
}

/**
 * Wraps a drawing. `pick` finds the mark nearest to a pointer, `step` the next one for an arrow key (from null: the
 * first); marks are named by T. The drawing itself is hidden from screen readers, which get the readings and the
 * chart's table.
 */
export function Pointing<T>({
  label,
  pick,
  step,
  read,
  onChoose,
  onMark,
  children,
}: {
  label: string;
  pick: (x: number, y: number) => T | null;
  step: (from: T | null, key: ArrowKey) => T | null;
  read: (mark: T) => Reading;
  /** A mark was clicked, or Enter was pressed on it. */
  onChoose?: (mark: T) => void;
  /** Another mark is pointed at, or none. */
  onMark?: (mark: T | null) => void;
  children: (mark: T | null) => ComponentChildren;
}): VNode {
  const [mark, keepMark] = useState<T | null>(null);
  const setMark = (next: T | null) => {
    keepMark(next);
    if (next !== mark) onMark?.(next);
  };
  const [byKeyboard, setByKeyboard] = useState(false);
  const reading = mark === null ? null : read(mark);
  const words = texts().charts.pointing;
  const onPointer = (event: PointerEvent) => {
    const { x, y } = pointIn(event.currentTarget as HTMLElement, event);
    setByKeyboard(false);
    setMark(pick(x, y));
  };
  return (
    <div
      class="pointing"
      // Screen readers hand the arrow keys to an application, not to a group.
      role="application"
      aria-roledescription={words.kind}
      tabIndex={0}
      aria-label={onChoose ? words.choose(label) : words.read(label)}
      onPointerMove={(event) => {
        if (!byKeyboard || event.movementX !== 0 || event.movementY !== 0) onPointer(event);
      }}
      onPointerDown={onPointer}
      // What the keyboard reads stays when only the layout moves under a resting pointer.
      onPointerLeave={() => {
        if (!byKeyboard) setMark(null);
      }}
      onClick={() => {
        if (mark !== null) onChoose?.(mark);
      }}
      onBlur={() => setMark(null)}
      onKeyDown={(event) => {
        if (event.key === 'Escape') setMark(null);
        if (event.key === 'Enter' && mark !== null) onChoose?.(mark);
        if (!isArrow(event.key) || event.ctrlKey || event.metaKey || event.altKey) return;
        event.preventDefault();
        setByKeyboard(true);
        setMark(step(mark, event.key));
      }}
    >
      {children(mark)}
      {reading && <Tooltip reading={reading} />}
      <div class="visually-hidden" aria-live="polite">
        {reading && byKeyboard ? [reading.head, ...reading.lines].join(', ') : ''}
      </div>
    </div>
  );
}

export type ArrowKey = 'ArrowLeft' | 'ArrowRight' | 'ArrowUp' | 'ArrowDown' | 'Home' | 'End';

function isArrow(key: string): key is ArrowKey {
  return ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'Home', 'End'].includes(key);
}

/** The next index of a list for an arrow key; right and down go forwards. */
export function stepIndex(from: number | null, key: ArrowKey, count: number): number | null {
  if (count === 0) return null;
  if (key === 'Home' || from === null) return 0;
  if (key === 'End') return count - 1;
  const next = from + (key === 'ArrowRight' || key === 'ArrowDown' ? 1 : -1);
  return Math.min(count - 1, Math.max(0, next));
}

function Tooltip({ reading }: { reading: Reading }): VNode {
  const box = useRef<HTMLDivElement>(null);
  // Kept inside the chart, on the side that has room.
  useEffect(() => {
    const element = box.current;
    const parent = element?.parentElement;
    if (!element || !parent) return;
    const right = reading.x + 14 + element.offsetWidth <= parent.clientWidth;
    const left = right ? reading.x + 14 : Math.max(0, reading.x - 14 - element.offsetWidth);
    const top = Math.min(
      Math.max(0, reading.y - element.offsetHeight / 2),
      Math.max(0, parent.clientHeight - element.offsetHeight),
    );
    element.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
  });
  return (
    <div class="tooltip" ref={box} aria-hidden="true">
      <div class="tooltip-head">{reading.head}</div>
      {reading.lines.map((line) => (
        <div key={line}>{line}</div>
      ))}
    </div>
  );
}
