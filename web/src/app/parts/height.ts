/** Heights of what lies over the page, for the style sheet. */
import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

/** Keeps the height of an element in a property of the whole page, as long as the element is there. */
export function useHeightAs<Target extends HTMLElement>(property: string): RefObject<Target | null> {
  const element = useRef<Target>(null);
  useEffect(() => {
    if (!element.current) return undefined;
    const { style } = document.documentElement;
    const observer = new ResizeObserver(([entry]) => {
      const height = entry?.borderBoxSize[0]?.blockSize ?? 0;
      style.setProperty(property, `${Math.ceil(height)}px`);
    });
    observer.observe(element.current);
    return () => {
      observer.disconnect();
      style.removeProperty(property);
    };
  }, [property]);
  return element;
}
