import type { VNode } from 'preact';
import { useMemo } from 'preact/hooks';
import { BlockScatter, SCATTER_MARKS } from '../../charts/block-scatter';
import { ChartFrame, lazily } from '../../charts/frame';
import type { TableColumn } from '../../charts/table';
import { texts } from '../../text/texts';
import { integer, percent, weightUnits } from '../../text/units';
import { opened } from '../state/opening';
import { type BlocksPlot, plotted } from './plotted';
import { takenNow } from './taken';
import { sampleOf } from './block-figures';
import { Told } from './terms';

/** What the tab of all blocks shows. */
export function AllBlocks(): VNode {
  const shown = plotted.value;
  const onBench = takenNow();
  const words = texts().lab.blocks;
  if (!opened.value) return <p class="notice">{words.withModel}</p>;
  if (!shown) return <p class="notice">{words.choose}</p>;
  const { plot } = shown;
  const same = onBench?.tensor === plot.tensor.name && onBench.format === plot.format.name;
  return <BlocksPanel {...shown} open={same ? onBench.block : null} />;
}

function blockColumns(affine: boolean, methods: readonly string[]): TableColumn[] {
  const { blocks: words, heads } = texts().lab;
  return [
    { title: heads.block },
    { title: affine ? words.rangeOffset : words.range, unit: weightUnits() },
    { title: words.peak },
    ...methods.map((name) => ({ title: words.errorWith(name), unit: '%' })),
  ];
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
  const words = texts().lab.blocks;
  const rangeName = format.affine ? words.rangeOffset : words.range;
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
        columns: blockColumns(
          format.affine,
          series.map(({ name }) => name),
        ),
        rows: [...blocks].map((block, index) => [
          block,
          ranges[index] ?? 0,
          peaks[index] ?? 0,
          ...series.map(({ errors }) => errors[index] ?? 0),
        ]),
      })),
    [blocks, ranges, peaks, series, format],
  );
  return (
    <ChartFrame
      title={words.title}
      note={
        <>
          {(blocks.length < total ? words.noteSample : words.note)(
            tensor.name,
            sampleOf(figures),
            request.weights.length,
            format.name === '' ? format.label : format.name.toUpperCase(),
          )}{' '}
          <Told text={(format.superBlock === null ? words.axes : words.axesOwn)(rangeName)} />
          {better !== null &&
            ` ${words.better(
              series[1]?.name ?? '',
              series[0]?.name ?? '',
              percent(better / Math.max(1, blocks.length - zeros)),
            )}`}
          {zeros > 0 && ` ${(format.affine ? words.equal : words.zeros)(integer(zeros))}`} {words.click}
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
                {at === 0 ? words.dots : words.crosses}
              </span>
              <select
                class="select"
                aria-label={at === 0 ? words.methodOfDots : words.methodOfCrosses}
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
