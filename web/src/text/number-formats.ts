/** How the page and the command line name ways to spend bits. */
import type { NumberFamily, NumberFormatPoint } from '../core/types';

export function pointName({ family, detail, bits }: Pick<NumberFormatPoint, 'family' | 'detail' | 'bits'>, families: readonly NumberFamily[]): string {
  if (family === 'gguf') return detail.toUpperCase();
  const label = families.find(({ name }) => name === family)?.label ?? family;
  return `${bits}-bit ${detail ? `${label} ${detail.toUpperCase()}` : label}`;
}

export function blockName(block: number): string {
  return block === 0 ? 'row' : String(block);
}

export function blockText(block: number): string {
  return block === 0 ? 'one scale for each row' : `blocks of ${block}`;
}
