import type { VNode } from 'preact';
import { useMemo } from 'preact/hooks';
import { DRIFT, DriftByLayer } from '../../charts/drift-by-layer';
import { ChartFrame } from '../../charts/frame';
import type { ChartTable } from '../../charts/table';
import type { Names } from './names';

/** How the difference of two files grows on its way through the layers. */
export function DriftChart({ streams, names }: { streams: readonly number[]; names: Names }): VNode | null {
  const table = useMemo<ChartTable>(
    () => ({ columns: [{ title: 'layer' }, DRIFT], rows: streams.map((apart, layer) => [layer, apart]) }),
    [streams],
  );
  if (streams.length < 2) return null;
  return (
    <ChartFrame
      title="How far they drift apart"
      note={
        <>
          After each layer: how far the residual stream of {names.second} is from that of {names.first}, as a share of
          the latter’s length; the mean over all tokens of the text.
        </>
      }
      file="drift-by-layer"
      table={() => table}
    >
      {(width) => <DriftByLayer width={width} streams={streams} />}
    </ChartFrame>
  );
}
