/** How the Lab tells search methods apart: by shape, the same in drawing and table. */
import type { LabMethod } from '../core/types';
import { markerPath } from './roles';

const SHAPES = {
  max7: 'square',
  'min-max': 'square',
  'signed-max': 'triangle',
  table8: 'ring',
  grid: 'diamond',
  descent: 'cross',
  'shrink-l2.4': 'bar',
  lsq: 'circle',
} as const;

/** A method's marker around the origin; `size` is its radius. */
export function methodPath(name: string, size: number): string {
  switch (name) {
    case 'exact':
      return star(size * 1.3, 5);
    case 'lowest-error':
      return star(size * 1.2, 4);
    case 'unbiased':
      return star(size * 1.25, 3);
    case 'quick':
      return `M${-size},${-size}H${-size * 0.1}L${size},0L${-size * 0.1},${size}H${-size}L${size * 0.1},0Z`;
    case 'llama.cpp':
      return `M0,${size * 1.05}L${size},${-size * 0.75}H${-size}Z`;
    default:
      return markerPath(SHAPES[name as keyof typeof SHAPES] ?? 'circle', size * 0.85);
  }
}

function star(size: number, tips: number): string {
  const points = Array.from({ length: 2 * tips }, (_, index) => {
    const radius = index % 2 === 0 ? size : size * 0.42;
    const angle = (index * Math.PI) / tips;
    return `${(radius * Math.sin(angle)).toFixed(2)},${(-radius * Math.cos(angle)).toFixed(2)}`;
  });
  return `M${points.join('L')}Z`;
}

/** Pixels that a name takes beside its marker. */
export const nameWidth = (name: string): number => 6.2 * name.length + 6;

const ROW = 15; // pixels from marker to marker of a pile
const HALF = 8; // of a marker's width

export interface PlacedMarker {
  method: LabMethod;
  /** Its point, */
  px: number;
  py: number;
  /** and where the marker stands. */
  left: number;
  top: number;
  /** The side its name stands on; null: there is no room for it. */
  side: 'right' | 'left' | null;
}

/** Markers step aside by so much, in turn, where the pile above and below their point is full. */
const ASIDE = [0, 1, -1, 2, -2, 3, -3].map((steps) => steps * 90);

/**
 * Places markers above their points, or below or aside where there is no room above, with their names beside them; what
 * would touch is stacked, the highest first. `room`: how far right, up and down a marker may go. `isCrossed`: whether a
 * line goes through a name at that height; such places are taken where there is no other.
 */
export function stackMarkers(
  markers: readonly { method: LabMethod; px: number; py: number }[],
  room: { right: number; top: number; bottom: number },
  isCrossed: (from: number, to: number, top: number) => boolean = () => false,
): PlacedMarker[] {
  const taken: { from: number; to: number; top: number }[] = [];
  const free = (from: number, to: number, top: number) =>
    !taken.some((other) => from < other.to && to > other.from && Math.abs(other.top - top) < ROW);
  const stacked = [...markers]
    .sort((a, b) => a.px - b.px || a.py - b.py)
    .map((marker): PlacedMarker => {
      const { px, py } = marker;
      const long = HALF + nameWidth(marker.method.name);
      const heights: number[] = [];
      for (let top = py - ROW; top >= room.top; top -= 3) heights.push(top);
      for (let top = py + ROW; top <= room.bottom; top += 3) heights.push(top);
      const place = (left: number, top: number, side: PlacedMarker['side']): PlacedMarker => {
        taken.push({
          from: left - (side === 'left' ? long : HALF),
          to: left + (side === 'right' ? long : HALF),
          top,
        });
        return { ...marker, left, top, side };
      };
      for (const clear of [true, false]) {
        const open = (from: number, to: number, top: number) =>
          free(from, to, top) && !(clear && isCrossed(from, to, top));
        for (const aside of ASIDE) {
          const left = px + aside;
          for (const top of heights) {
            if (left + long <= room.right && left >= HALF && open(left - HALF, left + long, top))
              return place(left, top, 'right');
            if (left - long >= 0 && left + HALF <= room.right && open(left - long, left + HALF, top))
              return place(left, top, 'left');
          }
        }
      }
      return place(px, py - ROW, null);
    });
  return stacked.sort((a, b) => a.top - b.top);
}

/** From a marker to its point; `edge`: where the line leaves the marker. */
export function leaderLine({ px, py, left, top }: PlacedMarker, edge: number) {
  const far = py - top;
  const y1 = far >= 0 ? edge : -edge;
  return { y1, x2: px - left, y2: far >= 0 ? Math.max(edge, far) : Math.min(-edge, far) };
}
