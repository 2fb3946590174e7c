import type { VNode } from 'preact';
import { useMemo } from 'preact/hooks';
import { BlockScatter, SCATTER_MARKS } from '../../charts/block-scatter';
import { ChartFrame, lazily } from '../../charts/frame';
import { integer, percent, WEIGHT_UNITS } from '../../text/units';
import { opened } from '../state/opening';
import { type BlocksPlot, plotted } from './plotted';
import { takenNow } from './taken';
import { sampleOf } from './block-figures';

/** What the tab of all blocks shows. */
export function AllBlocks(): VNode {
  const shown = plotted.value;
  const onBench = takenNow();
  if (!opened.value)
    return (
      <p class="notice">With a model open, all blocks of a tensor are plotted here: their range against their error.</p>
    );
  if (!shown)
    return (
      <p class="notice">
        Choose a tensor above and press All blocks: the range of each block’s weights is plotted against the error that
        two methods leave.
      </p>
    );
  const { plot } = shown;
  const same = onBench?.tensor === plot.tensor.name && onBench.format === plot.format.name;
  return <BlocksPanel {...shown} open={same ? onBench.block : null} />;
}

/** Zoomed out from one block: all of the tensor, or a stated sample. */
export function BlocksPanel({
  plot,
  open,
  file,
  onOpen,
  onMethods,
}: {
  plot: BlocksPlot;
  open: number | null;
  file: string;
  onOpen: (block: number) => void;
  onMethods: (methods: readonly [string, string]) => void;
}): VNode {
  const { tensor, format, request, names, methods, figures } = plot;
  const { blocks, ranges, peaks, total } = figures;
  const rangeName = format.affine ? 'max x − min x' : 'max |x|';
  const series = useMemo(
    () =>
      [...new Set(methods)].flatMap((name) =>
        [{ name, errors: figures.errors.get(name)! }].filter(({ errors }) => errors),
      ),
    [figures, methods],
  );
  const [zeros, better] = useMemo(() => {
    const [first, second] = series;
    return [
      ranges.reduce((count, range) => count + (range > 0 ? 0 : 1), 0),
      first && second
        ? ranges.reduce((count, _, index) => count + (second.errors[index]! < first.errors[index]! ? 1 : 0), 0)
        : null,
    ];
  }, [ranges, series]);
  const table = useMemo(
    () =>
      lazily(() => ({
        columns: [
          { title: 'block' },
          { title: rangeName, unit: WEIGHT_UNITS },
          { title: 'max |x| / root mean square' },
          ...series.map(({ name }) => ({ title: `relative error with ${name}`, unit: '%' })),
        ],
        rows: [...blocks].map((block, index) => [
          block,
          ranges[index] ?? 0,
          peaks[index] ?? 0,
          ...series.map(({ errors }) => errors[index] ?? 0),
        ]),
      })),
    [blocks, ranges, peaks, series, rangeName],
  );
  return (
    <ChartFrame
      title={`All blocks: range against error`}
      note={
        <>
          {tensor.name}, {sampleOf(figures)} of {request.weights.length} weights in {format.label.split(/[:,]/)[0]}
          {blocks.length < total && ', in runs of neighbours spread evenly'}. Across: {rangeName}. Up: the relative
          error, the root of a block’s squared error over its squared weights, every weight counting the same
          {format.superBlock !== null && ', at scales and minima of its own'}.
          {better !== null &&
            ` ${series[1]?.name} leaves less error than ${series[0]?.name} in ` +
              `${percent(better / Math.max(1, blocks.length - zeros))} of them.`}
          {zeros > 0 && ` ${integer(zeros)} of ${format.affine ? 'equal weights' : 'zeros'} are left out.`} Click a
          block, or press Enter on it, to put it on the bench.
        </>
      }
      file={file}
      controls={
        <div class="blocks-methods">
          {(['first', 'second'] as const).map((which, at) => (
            <label key={which} class="option">
              <span class="option-label">
                <svg width="12" height="12" viewBox="-6 -6 12 12" aria-hidden="true">
                  <path
                    class={at === 0 ? 'block-dot' : 'block-cross'}
                    d={SCATTER_MARKS[at as 0 | 1]}
                    transform="scale(1.6)"
                  />
                </svg>
                {at === 0 ? 'Dots' : 'Crosses'}
              </span>
              <select
                class="select"
                aria-label={at === 0 ? 'Method of the dots' : 'Method of the crosses'}
                value={methods[at as 0 | 1]}
                onChange={(event) =>
                  onMethods(
                    at === 0 ? [event.currentTarget.value, methods[1]] : [methods[0], event.currentTarget.value],
                  )
                }
              >
                {names.map((name) => (
                  <option key={name} value={name}>
                    {name}
                  </option>
                ))}
              </select>
            </label>
          ))}
        </div>
      }
      table={table}
    >
      {(width) => (
        <BlockScatter
          width={width}
          blocks={blocks}
          ranges={ranges}
          rangeName={rangeName}
          series={series}
          open={open}
          onOpen={onOpen}
        />
      )}
    </ChartFrame>
  );
}
