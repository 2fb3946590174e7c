/** How the page and the command line name ways to spend bits. */
import type { NumberFamily, NumberFormatPoint } from '../core/types';
import { texts } from './texts';

export function pointName(
  { family, detail, bits }: Pick<NumberFormatPoint, 'family' | 'detail' | 'bits'>,
  families: readonly NumberFamily[],
): string {
  if (family === 'gguf') return detail.toUpperCase();
  const label = families.find(({ name }) => name === family)?.label ?? family;
  return texts().numberFormats.named(bits, detail ? `${label} ${detail.toUpperCase()}` : label);
}

export function blockName(block: number): string {
  return block === 0 ? texts().numberFormats.row : String(block);
}

export function blockText(block: number): string {
  const { oneScalePerRow, blocksOf } = texts().numberFormats;
  return block === 0 ? oneScalePerRow : blocksOf(block);
}

/**
 * Of each kind of number, bits and block length the split and search with the least error; and all that is on the
 * frontier.
 */
export function bestOfEach(points: readonly NumberFormatPoint[]): NumberFormatPoint[] {
  const best = new Map<string, NumberFormatPoint>();
  const keyOf = ({ family, detail, bits, block }: NumberFormatPoint) =>
    `${family} ${family === 'gguf' ? detail : ''} ${bits} ${block}`;
  for (const point of points) {
    const known = best.get(keyOf(point));
    if (!known || point.relativeError < known.relativeError) best.set(keyOf(point), point);
  }
  return points.filter((point) => point.frontier || best.get(keyOf(point)) === point);
}
