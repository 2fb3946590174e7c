/** Heights of what lies over the page. */
import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

/** Tells the height of an element in pixels whenever it changes, and 0 when the element goes. */
export function useHeight<Target extends HTMLElement>(tell: (pixels: number) => void): RefObject<Target | null> {
  const element = useRef<Target>(null);
  useEffect(() => {
    if (!element.current) return undefined;
    const observer = new ResizeObserver(([entry]) => tell(Math.ceil(entry?.borderBoxSize[0]?.blockSize ?? 0)));
    observer.observe(element.current);
    return () => {
      observer.disconnect();
      tell(0);
    };
  }, []);
  return element;
}
