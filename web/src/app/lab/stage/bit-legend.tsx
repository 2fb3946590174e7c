/** What the colours of a stored block's bits mean, and how a weight comes out of them. */
import type { VNode } from 'preact';
import type { BlockBits, StoredPart } from '../../../core/types';
import { texts } from '../../../text/texts';
import { percent, precise } from '../../../text/units';
import { Rich } from '../../parts/rich';
import { formulaOf, KINDS, partName, type Worked } from './block-bits';

export function BitLegend({
  layout,
  kinds,
  weight,
  was,
  sum,
  relativeError = null,
}: {
  layout: BlockBits;
  kinds: readonly StoredPart[];
  /** The weight on show, from 0, its value before, and its sum; null: it has none. */
  weight: number;
  was: number;
  sum: Worked | null;
  /** Of the whole block; null: it is said elsewhere. */
  relativeError?: number | null;
}): VNode {
  const words = texts().lab.bits;
  const formula = formulaOf(layout);
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
      {relativeError !== null && <li>{words.relativeError(percent(relativeError, 2))}</li>}
      <li class="bit-formula">
        {sum === null ? (
          words.formula(formula)
        ) : (
          <Rich
            text={words.worked(formula, weight + 1, precise(was))}
            parts={{ sum: <strong>{sum.text}</strong>, value: <strong>{precise(sum.value)}</strong> }}
          />
        )}
      </li>
    </ul>
  );
}
