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

/**
 * Places markers above their points; those that would touch are stacked, the highest first so that no line crosses
 * another marker.
 */
export function stackMarkers(
  markers: readonly { method: LabMethod; px: number; py: number }[],
): { method: LabMethod; px: number; py: number; top: number }[] {
  const placed: { px: number; top: number }[] = [];
  const stacked = [...markers]
    .sort((a, b) => a.px - b.px)
    .map((marker) => {
      let top = marker.py - 15;
      while (placed.some((other) => Math.abs(other.px - marker.px) < 15 && Math.abs(other.top - top) < 15)) top -= 3;
      placed.push({ px: marker.px, top });
      return { ...marker, top };
    });
  return stacked.sort((a, b) => a.top - b.top);
}
