/** The importance matrix: kept from model to model until it is removed or replaced. */
import { signal } from '@preact/signals';
import type { ImportanceInfo, ProductEngine } from '../../core/index';

export interface Matrix {
  file: File;
  info: ImportanceInfo;
  /** Whether it was made in this page, and may not be on any disk. */
  made?: boolean;
}

/** What computed a matrix that was made in this page. */
export const engineOfMatrix = new WeakMap<File, ProductEngine>();

export const matrix = signal<Matrix | null>(null);
