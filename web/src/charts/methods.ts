/** How the Lab tells search methods apart: by shape, the same in drawing and table. */
import { markerPath } from './roles';

const STAR = 'exact';
const SHAPES = {
  max7: 'square',
  'signed-max': 'triangle',
  table8: 'ring',
  grid: 'diamond',
  descent: 'cross',
  'shrink-l2.4': 'bar',
  lsq: 'circle',
} as const;

/** A method's marker around the origin; `size` is its radius. */
export function methodPath(name: string, size: number): string {
  if (name === STAR) return star(size * 1.3);
  return markerPath(SHAPES[name as keyof typeof SHAPES] ?? 'circle', size * 0.85);
}

function star(size: number): string {
  const points = Array.from({ length: 10 }, (_, index) => {
    const radius = index % 2 === 0 ? size : size * 0.42;
    const angle = (index * Math.PI) / 5;
    return `${(radius * Math.sin(angle)).toFixed(2)},${(-radius * Math.cos(angle)).toFixed(2)}`;
  });
  return `M${points.join('L')}Z`;
}
