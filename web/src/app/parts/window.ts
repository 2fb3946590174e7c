/** Rows of one height, of which only those in view exist. */
import type { RefObject } from 'preact';
import { useRef, useState } from 'preact/hooks';

/** Of a row and of the head, in pixels; the style sheet says the same. */
export const ROW_HEIGHT = 30;
const HEAD_HEIGHT = 34;
/** Rows beyond the edges, so that scrolling shows no gap. */
const OVERSCAN = 10;

interface RowWindow {
  box: RefObject<HTMLDivElement | null>;
  /** The rows that are drawn: from first, before last. */
  first: number;
  last: number;
  /** Of the box, in pixels. */
  height: number;
  onScroll: (event: { currentTarget: HTMLDivElement }) => void;
  toTop: () => void;
}

/** A window of `visible` rows onto `count`. */
export function useRowWindow(count: number, visible: number): RowWindow {
  const box = useRef<HTMLDivElement>(null);
  const [scroll, setScroll] = useState(0);
  const first = Math.max(0, Math.min(count - visible, Math.floor(scroll / ROW_HEIGHT)) - OVERSCAN);
  return {
    box,
    first,
    last: Math.min(count, first + visible + 2 * OVERSCAN),
    height: HEAD_HEIGHT + Math.min(visible + 0.5, Math.max(1, count)) * ROW_HEIGHT + 1,
    onScroll: ({ currentTarget }) => setScroll(currentTarget.scrollTop),
    toTop: () => box.current?.scrollTo({ top: 0 }),
  };
}
