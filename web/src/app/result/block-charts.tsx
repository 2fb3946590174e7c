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
import { Rich } from '../parts/rich';
import { opened } from '../state/opening';
import type { Result } from '../state/results';
import { texts } from '../../text/texts';
import { integer, precise } from '../../text/units';
import { Looked } from './error-charts';

function histogramWords(): HistogramWords {
  const { label, value, x: xTitle, one, many } = texts().result.blocks;
  return { label, value, xTitle, one, many };
}

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
  const said = texts().result.blocks;
  if (!blocks || buckets.length === 0) return <p class="quiet">{said.none}</p>;
  const words = histogramWords();
  const worst = worstBlocks(rows);
  return (
    <>
      <ChartFrame
        title={said.title}
        note={
          <Rich
            text={said.note(integer(blocks.count), blocks.length)}
            parts={{ looked: <Looked rows={rows} focus={focus} />, height: heightDefinition(words) }}
          />
        }
        file={`block-errors-${rows.length === 1 ? rows[0]!.name : shown.plan.fileType}`}
        table={() => histogramTable(buckets, true, histogramWords(), blocks.count)}
      >
        {(width) => (
          <ErrorHistogram
            width={width}
            buckets={buckets}
            total={blocks.count}
            logarithmic
            markers={worst[0] ? [{ label: said.worstMark(precise(worst[0].rmse)), value: worst[0].rmse }] : []}
            words={words}
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
  const words = texts().result.blocks;
  const { heads } = texts().result;
  return (
    <div class="worst-blocks">
      <h3>{words.worst(worst.length)}</h3>
      {!open && <p class="small quiet">{words.closed}</p>}
      <div class="worst-list" role="region" aria-label={words.list} tabIndex={0}>
        <table class="plain-table" aria-label={words.table}>
          <thead>
            <tr>
              <th scope="col">{heads.tensor}</th>
              <th scope="col" class="number">
                {heads.block}
              </th>
              <th scope="col" class="number">
                {words.firstWeight}
              </th>
              <th scope="col">{heads.type}</th>
              <th scope="col" class="number">
                {words.value}
              </th>
              <th scope="col">
                <span class="visually-hidden">{words.lab}</span>
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
                    title={words.alone}
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
                    aria-label={words.toLab(rank + 1)}
                    onClick={() => showInLab(one.tensor, one.block * one.length, one.type)}
                  >
                    {words.lab}
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
