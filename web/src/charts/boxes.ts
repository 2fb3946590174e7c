/** Rectangles and lines of a drawing, in its pixels. */

export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** From one point to another; lines that go up or sideways only take no more room than they have. */
export interface Segment {
  x1: number;
  y1: number;
  x2: number;
  y2: number;
}

/** The segments of a line through these points. */
export const segmentsOf = (points: readonly { x: number; y: number }[]): Segment[] =>
  points.slice(1).map(({ x, y }, index) => ({ x1: points[index]!.x, y1: points[index]!.y, x2: x, y2: y }));

/** The square around a point, `half` of its side to every side. */
export const squareAround = ({ x, y }: { x: number; y: number }, half: number): Box => ({
  left: x - half,
  top: y - half,
  right: x + half,
  bottom: y + half,
});

/** Whether one box lies in another, edges included. */
export const isWithin = (box: Box, room: Box): boolean =>
  box.left >= room.left && box.right <= room.right && box.top >= room.top && box.bottom <= room.bottom;

/** Whether two boxes share more than an edge. */
export const overlap = (a: Box, b: Box): boolean =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

/** Whether a segment has a point in a box, edges included. */
export function crosses(box: Box, { x1, y1, x2, y2 }: Segment): boolean {
  // Liang and Barsky: the part of the segment that is inside of each side in turn.
  let [from, to] = [0, 1];
  for (const [step, room] of [
    [x1 - x2, x1 - box.left],
    [x2 - x1, box.right - x1],
    [y1 - y2, y1 - box.top],
    [y2 - y1, box.bottom - y1],
  ] as const) {
    if (step === 0) {
      if (room < 0) return false;
      continue;
    }
    const at = room / step;
    if (step < 0) from = Math.max(from, at);
    else to = Math.min(to, at);
    if (from > to) return false;
  }
  return true;
}
