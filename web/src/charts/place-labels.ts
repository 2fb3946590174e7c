/** Where names stand beside their marks: never on one another, on a line or on a mark. No drawing here. */

import { type Box, crosses, isWithin, overlap, type Segment, squareAround } from './boxes';

export interface Name {
  text: string;
  /** The mark it belongs to. */
  x: number;
  y: number;
}

export interface PlacedName extends Name {
  /** Middle of the text's left end, for `dominant-baseline: middle`. */
  textX: number;
  textY: number;
  /** From the mark to its name, where the name stands away from it. */
  leader: Segment | null;
}

/** Of 12 pixel type, about. */
const CHARACTER = 7.2;
const TALL = 14;
const AIR = 2;

const DISTANCES = [8, 13, 20, 29, 40, 53, 68, 85, 104, 125];
/** Right first, then left, then the slants. */
const DIRECTIONS = [0, 8, 1, 15, 7, 9, 2, 14, 6, 10, 3, 13, 5, 11, 4, 12].map((turn) => (turn * Math.PI) / 8);
const NEAR = 16;

export function boxOf({ text, textX, textY }: Pick<PlacedName, 'text' | 'textX' | 'textY'>): Box {
  return {
    left: textX,
    right: textX + text.length * CHARACTER,
    top: textY - TALL / 2,
    bottom: textY + TALL / 2,
  };
}

const grown = ({ left, top, right, bottom }: Box, by: number): Box => ({
  left: left - by,
  top: top - by,
  right: right + by,
  bottom: bottom + by,
});

/**
 * Places the names in their order, each as near to its mark as it goes; one that finds no room is left out. `lines` and
 * `marks` (squares of 2 × size) are kept free; `crowd` is kept free where that is possible.
 */
export function placeNames(
  names: readonly Name[],
  within: Box,
  lines: readonly Segment[],
  marks: readonly { x: number; y: number; size: number }[],
  crowd: readonly { x: number; y: number; size: number }[],
): PlacedName[] {
  const square = (mark: { x: number; y: number; size: number }): Box => squareAround(mark, mark.size);
  const [kept, full] = [marks.map(square), [...marks, ...crowd].map(square)];
  const placed: PlacedName[] = [];
  const texts: Box[] = [];
  const leaders: Segment[] = [];
  const candidates = ({ text, x, y }: Name): PlacedName[] =>
    DISTANCES.flatMap((distance) =>
      DIRECTIONS.map((turn) => {
        const [alongX, alongY] = [Math.cos(turn), -Math.sin(turn)];
        const [atX, atY] = [x + distance * alongX, y + distance * alongY];
        const width = text.length * CHARACTER;
        // The end of the text that is towards the mark, or its middle where the mark is above or below.
        const textX = Math.abs(alongX) < 0.2 ? atX - width / 2 : alongX > 0 ? atX : atX - width;
        const leader = distance > NEAR ? { x1: x + 5 * alongX, y1: y + 5 * alongY, x2: atX, y2: atY } : null;
        return { text, x, y, textX, textY: atY, leader };
      }),
    );
  const free = (candidate: PlacedName, taken: readonly Box[]): boolean => {
    const own = boxOf(candidate);
    const { leader } = candidate;
    return (
      isWithin(own, within) &&
      !lines.some((line) => crosses(grown(own, AIR), line)) &&
      !leaders.some((line) => crosses(grown(own, AIR), line)) &&
      !texts.some((other) => overlap(grown(own, AIR), other) || (leader !== null && crosses(other, leader))) &&
      !taken.some((box) => overlap(own, box))
    );
  };
  for (const name of names) {
    const all = candidates(name);
    const found = all.find((one) => free(one, full)) ?? all.find((one) => free(one, kept));
    if (!found) continue;
    placed.push(found);
    texts.push(boxOf(found));
    if (found.leader) leaders.push(found.leader);
  }
  return placed;
}
