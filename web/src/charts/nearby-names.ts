/** Names beside marks, where they lie on nothing else. */

import { type Box, crosses, isWithin, overlap, type Segment, squareAround } from './boxes';

export interface Mark {
  name: string;
  /** Instead, where the name has no room. */
  short?: string;
  x: number;
  y: number;
  /** Half of what the mark takes, in pixels. */
  radius: number;
  /** Whether its name may cross a line rather than be left out. */
  wanted: boolean;
}

export interface PlacedName<M extends Mark> {
  mark: M;
  text: string;
  /** Where the text begins, ends or has its middle; its line is centred on y. */
  x: number;
  y: number;
  anchor: 'start' | 'middle' | 'end';
}

/** Pixels of the charts' letters, and of the widest among the usual fonts where none can be measured. */
const SIZE = 12;
const LETTER = 8.2;
const LINE = 15;
const GAP = 4;

const widths = new Map<string, number>();
let ruler: CanvasRenderingContext2D | null | undefined;

/** Width of a text in a chart, in pixels; bold ones are wider, and counted so for all. */
function widthOf(text: string): number {
  if (ruler === undefined) {
    ruler = typeof document === 'undefined' ? null : document.createElement('canvas').getContext('2d');
    if (ruler) ruler.font = `600 ${SIZE}px ${getComputedStyle(document.body).fontFamily}`;
  }
  let width = widths.get(text);
  if (width === undefined) {
    width = ruler?.measureText(text).width ?? LETTER * text.length;
    widths.set(text, width);
  }
  return width;
}

/** The box that a text takes. */
export function boxOf(text: string, x: number, y: number, anchor: PlacedName<Mark>['anchor']): Box {
  const width = widthOf(text);
  const left = anchor === 'start' ? x : anchor === 'end' ? x - width : x - width / 2;
  return { left, top: y - LINE / 2, right: left + width, bottom: y + LINE / 2 };
}

/** What a mark itself takes. */
export const blockOf = (mark: Pick<Mark, 'x' | 'y' | 'radius'>): Box => squareAround(mark, mark.radius);

/**
 * Places a name for as many marks as have room, the first ones first: within `bounds`, clear of all marks, of each
 * other and of what is `taken`; off the `lines` where that can be.
 */
export function placeNearby<M extends Mark>(
  marks: readonly M[],
  bounds: Box,
  taken: readonly Box[] = [],
  lines: readonly Segment[] = [],
): PlacedName<M>[] {
  const blocks = marks.map(blockOf);
  const placed: PlacedName<M>[] = [];
  const boxes: Box[] = [...taken];
  for (const mark of marks) {
    const [side, up] = [mark.radius + GAP, mark.radius + LINE / 2 + 1];
    const candidates = [mark.name, ...(mark.short === undefined ? [] : [mark.short])].flatMap((text) =>
      (
        [
          [side, 0, 'start'],
          [-side, 0, 'end'],
          [side, up, 'start'],
          [-side, -up, 'end'],
          [0, -up, 'middle'],
          [0, up, 'middle'],
          [side, -up, 'start'],
          [-side, up, 'end'],
        ] as const
      ).map(([dx, dy, anchor]) => {
        const at = { mark, text, x: mark.x + dx, y: mark.y + dy, anchor };
        return { at, box: boxOf(text, at.x, at.y, anchor) };
      }),
    );
    const free = candidates.filter(
      ({ box }) =>
        isWithin(box, bounds) &&
        !boxes.some((other) => overlap(box, other)) &&
        !blocks.some((block) => overlap(box, block)),
    );
    const found =
      free.find(({ box }) => !lines.some((line) => crosses(box, line))) ?? (mark.wanted ? free[0] : undefined);
    if (!found) continue;
    placed.push(found.at);
    boxes.push(found.box);
  }
  return placed;
}
