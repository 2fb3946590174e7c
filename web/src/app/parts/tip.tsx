/**
 * Words about something, shown while it is pointed at, has the keyboard, or was tapped. They stay until then, the
 * pointer may go onto them, and Escape closes them (WCAG 1.4.13).
 */
import type { RefObject, VNode } from 'preact';
import { useEffect, useId, useLayoutEffect, useRef, useState } from 'preact/hooks';

/** A pointer that only passes opens nothing, and on its way to the words it closes nothing. */
const OPEN_MS = 150;
const CLOSE_MS = 200;
/** Between the words, what they are about, and the edge of the window, in pixels. */
const GAP = 6;

interface TipProps {
  /** Of the element around the thing and its words. */
  around: {
    ref: RefObject<HTMLSpanElement | null>;
    onPointerEnter: (event: PointerEvent) => void;
    onPointerLeave: (event: PointerEvent) => void;
    onPointerDown: (event: PointerEvent) => void;
    onFocusIn: (event: FocusEvent) => void;
    onFocusOut: () => void;
    onClick: (event: MouseEvent) => void;
  };
  /** Id of the words while they are shown, for aria-describedby. */
  describedBy: string | undefined;
  /** To be drawn in the element around. */
  tip: VNode | null;
}

export function useTip(head: string | null, words: string): TipProps {
  const id = useId();
  const around = useRef<HTMLSpanElement>(null);
  const box = useRef<HTMLSpanElement>(null);
  const [open, setOpen] = useState(false);
  const timer = useRef(0);
  const tapCloses = useRef(false);
  const turn = (to: boolean, after = 0) => {
    clearTimeout(timer.current);
    if (after === 0) setOpen(to);
    else timer.current = window.setTimeout(() => setOpen(to), after);
  };
  useEffect(() => () => clearTimeout(timer.current), []);
  useLayoutEffect(() => {
    if (!open) return undefined;
    const put = () => {
      if (around.current && box.current) stand(box.current, around.current);
    };
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return;
      event.stopPropagation();
      turn(false);
    };
    const onDown = ({ target }: Event) => {
      if (!around.current?.contains(target as Node)) turn(false);
    };
    box.current?.showPopover?.(); // over everything, where browsers know how
    put();
    document.addEventListener('keydown', onKey, true);
    document.addEventListener('pointerdown', onDown, true);
    window.addEventListener('scroll', put, { capture: true, passive: true });
    window.addEventListener('resize', put);
    return () => {
      document.removeEventListener('keydown', onKey, true);
      document.removeEventListener('pointerdown', onDown, true);
      window.removeEventListener('scroll', put, { capture: true });
      window.removeEventListener('resize', put);
    };
  }, [open]);
  return {
    around: {
      ref: around,
      onPointerEnter: ({ pointerType }) => {
        if (pointerType !== 'touch') turn(true, OPEN_MS);
      },
      onPointerLeave: ({ pointerType }) => {
        if (pointerType !== 'touch' && !around.current?.querySelector(':focus-visible')) turn(false, CLOSE_MS);
      },
      onPointerDown: ({ pointerType }) => {
        tapCloses.current = open && pointerType === 'touch';
      },
      onFocusIn: ({ target }) => {
        if ((target as Element).matches(':focus-visible')) turn(true);
      },
      onFocusOut: () => turn(false),
      onClick: ({ target }) => {
        if (!box.current?.contains(target as Node)) turn(!tapCloses.current);
        tapCloses.current = false;
      },
    },
    describedBy: open ? id : undefined,
    tip: open ? (
      <span class="tip" role="tooltip" id={id} popover="manual" ref={box}>
        {head !== null && <strong>{head}</strong>}
        {words}
      </span>
    ) : null,
  };
}

/** Puts the words under the thing, or over it, within the window. */
function stand(box: HTMLElement, around: HTMLElement): void {
  const thing = around.firstElementChild!.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = box;
  const left = Math.max(GAP, Math.min(thing.left, document.documentElement.clientWidth - width - GAP));
  const under = thing.bottom + GAP;
  const top = under + height <= window.innerHeight ? under : Math.max(GAP, thing.top - GAP - height);
  box.style.left = `${Math.round(left)}px`;
  box.style.top = `${Math.round(top)}px`;
}
