import type { VNode } from 'preact';
import { useMemo } from 'preact/hooks';
import { DriftByLayer, driftColumn } from '../../charts/drift-by-layer';
import { ChartFrame, lazily } from '../../charts/frame';
import { texts } from '../../text/texts';
import type { NamesId } from './names';

/** How the difference of two files grows on its way through the layers. */
export function DriftChart({ streams, names }: { streams: readonly number[]; names: NamesId }): VNode | null {
  const table = useMemo(
    () =>
      lazily(() => ({
        columns: [{ title: texts().charts.layer }, driftColumn()],
        rows: streams.map((apart, layer) => [layer, apart]),
      })),
    [streams],
  );
  if (streams.length < 2) return null;
  const { names: all, drift: words } = texts().answers;
  return (
    <ChartFrame
      title={words.title}
      note={words.note(all[names].ofFirst, all[names].ofSecond)}
      file="drift-by-layer"
      table={table}
    >
      {(width) => <DriftByLayer width={width} streams={streams} />}
    </ChartFrame>
  );
}
