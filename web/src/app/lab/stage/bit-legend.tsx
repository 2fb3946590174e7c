/** What the colours of a stored block's bits mean. */
import type { ComponentChildren, VNode } from 'preact';
import type { BlockBits, StoredPart } from '../../../core/types';
import { KINDS, partName } from './block-bits';

/** `children`: further lines. */
export function BitLegend({
  layout,
  kinds,
  children,
}: {
  layout: BlockBits;
  kinds: readonly StoredPart[];
  children: ComponentChildren;
}): VNode {
  return (
    <ul class="legend bit-legend">
      {kinds.map((part) => (
        <li key={part}>
          <svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">
            <rect class={`bit set bit-${KINDS[part]}`} x={1} y={1} width={10} height={10} rx={1} />
          </svg>
          {partName(layout, part)}
        </li>
      ))}
      {children}
    </ul>
  );
}
