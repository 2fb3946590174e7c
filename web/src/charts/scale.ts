/** How large drawings are in charts that fill their screen: a projector's are read from afar. */
import { signal } from '@preact/signals';

/** Pixels of the screen for a pixel of a drawing. */
export const drawingScale = signal(1);

/** Where a pointer is in a drawing, in the drawing's own pixels, however large it is shown. */
export function pointIn(drawing: Element, { clientX, clientY }: { clientX: number; clientY: number }) {
  const box = drawing.getBoundingClientRect();
  const own = drawing instanceof HTMLElement ? drawing.offsetWidth : Number(drawing.getAttribute('width') ?? box.width);
  const scale = own > 0 && box.width > 0 ? box.width / own : 1;
  return { x: (clientX - box.left) / scale, y: (clientY - box.top) / scale };
}
