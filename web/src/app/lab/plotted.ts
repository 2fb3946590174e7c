/** The plot of a tensor's blocks: what the panel of the model measures, and the view of all blocks draws. */
import { signal } from '@preact/signals';
import type { LabRequest, TensorInfo } from '../../core/types';
import type { LabFormat } from './block';
import type { BlockFigures } from './block-figures';

/** The blocks of a tensor, measured with two methods. */
export interface BlocksPlot {
  tensor: TensorInfo;
  format: LabFormat;
  request: LabRequest;
  /** How many blocks may be measured at most. */
  most: number;
  /** Every method that works on such blocks, and the two on show. */
  names: readonly string[];
  methods: readonly [first: string, second: string];
  figures: BlockFigures;
}

/** The blocks that are plotted, for the view that shows all of them. */
export const plotted = signal<{
  plot: BlocksPlot;
  file: string;
  onOpen: (block: number) => void;
  onMethods: (methods: readonly [string, string]) => void;
} | null>(null);
