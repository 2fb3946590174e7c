/**
 * Where in the tensors the error sits: the distribution of block errors, and the worst blocks, each a step from the
 * Lab.
 */
import type { VNode } from 'preact';
import { ErrorHistogram, heightDefinition, histogramTable, type HistogramWords } from '../../charts/error-histogram';
import type { TensorError } from '../../charts/error-series';
import type { Focus, GroupError } from '../../charts/focus';
import { ChartFrame } from '../../charts/frame';
import { type WorstBlock, worstBlocks } from '../../charts/spending-series';
import { showInLab } from '../lab/links';
import { opened } from '../state/opening';
import type { Result } from '../state/results';
import { integer, precise } from '../../text/units';
import { Looked } from './error-charts';

const WORDS: HistogramWords = {
  label: 'Histogram of block errors',
  value: 'RMS error',
  xTitle: 'RMS error of a block',
  one: 'block',
  many: 'blocks',
};

export function BlockCharts({
  shown,
  rows,
  error,
  focus,
  onFocus,
}: {
  shown: Result;
  /** The tensors that are looked at, and their error. */
  rows: readonly TensorError[];
  error: GroupError;
  focus: Focus;
  onFocus: (change: Partial<Focus>) => void;
}): VNode | null {
  const { blocks } = error;
  const buckets = (blocks?.histogram ?? [])
    .filter(({ from }) => from > 0)
    .map((bucket) => ({ ...bucket, open: false }));
  if (!blocks || buckets.length === 0) return <p class="quiet">No block of these has an error.</p>;
  const worst = worstBlocks(rows);
  return (
    <>
      <ChartFrame
        title="Errors of blocks"
        note={
          <>
            <Looked rows={rows} focus={focus} />: {integer(blocks.count)} blocks{' '}
            {blocks.length === null ? 'of several lengths' : `of ${blocks.length} weights`} by √(Σ (x − y)² / n) over
            the n weights of the block. {heightDefinition(WORDS)}
          </>
        }
        file={`block-errors-${rows.length === 1 ? rows[0]!.name : shown.plan.fileType}`}
        table={() => histogramTable(buckets, true, WORDS, blocks.count)}
      >
        {(width) => (
          <ErrorHistogram
            width={width}
            buckets={buckets}
            total={blocks.count}
            logarithmic
            markers={worst[0] ? [{ label: `worst ${precise(worst[0].rmse)}`, value: worst[0].rmse }] : []}
            words={WORDS}
          />
        )}
      </ChartFrame>
      <WorstList shown={shown} worst={worst} onTensor={(tensor) => onFocus({ tensor })} />
    </>
  );
}

function WorstList({
  shown,
  worst,
  onTensor,
}: {
  shown: Result;
  worst: readonly WorstBlock[];
  onTensor: (name: string) => void;
}): VNode {
  const open = opened.value?.model === shown.opened.model;
  return (
    <div class="worst-blocks">
      <h3>The {worst.length} worst blocks</h3>
      {!open && (
        <p class="small quiet">The model they are from is no longer open; open it again to look at them in the Lab.</p>
      )}
      <div class="worst-list" role="region" aria-label="The worst blocks" tabIndex={0}>
        <table class="plain-table" aria-label="Worst blocks">
          <thead>
            <tr>
              <th scope="col">tensor</th>
              <th scope="col" class="number">
                block
              </th>
              <th scope="col" class="number">
                first weight
              </th>
              <th scope="col">type</th>
              <th scope="col" class="number">
                RMS error
              </th>
              <th scope="col">
                <span class="visually-hidden">Lab</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {worst.map((one, rank) => (
              <tr key={`${one.tensor} ${one.block}`}>
                <th scope="row" class="mono">
                  <button
                    type="button"
                    class="link-button plain"
                    title="Show this tensor alone"
                    onClick={() => onTensor(one.tensor)}
                  >
                    {one.tensor}
                  </button>
                </th>
                <td class="number">{integer(one.block)}</td>
                <td class="number">{integer(one.block * one.length)}</td>
                <td>{one.type}</td>
                <td class="number">{precise(one.rmse)}</td>
                <td>
                  <button
                    type="button"
                    class="button small"
                    disabled={!open}
                    aria-label={`Worst block number ${rank + 1} to the Lab`}
                    onClick={() => showInLab(one.tensor, one.block * one.length, one.type)}
                  >
                    Lab
                  </button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}
