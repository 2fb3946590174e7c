/**
 * Columns that stand out, the layers that share them, and what keeping the worst at 16 bits would save. Analysis only.
 */
import type { VNode } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { Bars } from '../../charts/bars';
import { ChartFrame } from '../../charts/frame';
import { findOutliers, type OutlierBasis, type OutlierReport, type TensorOutliers } from '../../core/index';
import { type Column, DataTable } from '../parts/data-table';
import { activationsOnText, Features, ReadsText } from './activation-features';
import { StudyButton } from '../parts/study-controls';
import { useStudy } from '../parts/use-study';
import { CALIBRATED } from '../state/calibrated-method';
import type { Opened } from '../state/opening';
import { options } from '../state/planning';
import { texts } from '../../text/texts';
import { percent, plural, precise, quantity } from '../../text/units';

const BASES: Record<OutlierBasis, string> = {
  weights: 'the RMS of its weights (a proxy)',
  producers: 'the RMS of the row that produces its input (a proxy)',
  importance: 'the RMS of its activations',
};
const THRESHOLDS = [2, 3, 4, 6, 10];

const inLayers = ({ input, column, layers, ofLayers }: OutlierReport['shared'][number]) =>
  `${input} column ${column} (${layers} of ${ofLayers})`;

export function OutliersPanel({ opened: { model } }: { opened: Opened }): VNode {
  const study = useStudy<OutlierReport, { share: number }>(model);
  const [basis, setBasis] = useState<OutlierBasis>('weights');
  const [threshold, setThreshold] = useState(3);
  const [reads, setReads] = useState(false);
  const look = () =>
    study.start(async (run) => {
      const activations = reads ? await activationsOnText(model, run) : undefined;
      // What the method calibrated leaves depends on more than the weights; it begins with this one's scales.
      const { method, ...rest } = options.value;
      const plan = method === CALIBRATED ? { ...rest, method: 'lowest-error' } : options.value;
      const wish = { plan, threshold };
      return findOutliers(model, activations ? { ...wish, activations } : { ...wish, basis }, run);
    });
  return (
    <section class="outliers" aria-label="Columns that stand out">
      <p class="small quiet">
        Outliers, as LLM.int8() looks for them: a few columns may carry much of a tensor’s weight and error. This looks
        at every row (of large models at a sample) under the type and rules of the plan. No GGUF type keeps columns
        apart: it is analysis.
      </p>
      <div class="compare-actions">
        <label>
          A column counts by{' '}
          <select
            class="select"
            value={reads ? 'importance' : basis}
            disabled={reads}
            onChange={(event) => setBasis(event.currentTarget.value as OutlierBasis)}
          >
            {(Object.keys(BASES) as OutlierBasis[])
              .filter((one) => one !== 'importance' || model.importance !== null || reads)
              .map((one) => (
                <option key={one} value={one}>
                  {BASES[one]}
                </option>
              ))}
          </select>
        </label>
        <label>
          and is an outlier beyond{' '}
          <select
            class="select"
            value={threshold}
            onChange={(event) => setThreshold(Number(event.currentTarget.value))}
          >
            {THRESHOLDS.map((times) => (
              <option key={times} value={times}>
                {times} times the median
              </option>
            ))}
          </select>
        </label>
        <ReadsText model={model} reads={reads} onChange={setReads} />
        <StudyButton study={study} onStart={look}>
          Look for outliers
        </StudyButton>
        {study.running && (
          <span role="status" class="small">
            {percent(study.progress?.share ?? 0, 0)} read{study.paused && ', paused'}
          </span>
        )}
      </div>
      {study.problem && (
        <p class="notice bad" role="alert">
          {study.problem}
        </p>
      )}
      {study.found && <Shown report={study.found} />}
    </section>
  );
}

function Shown({ report }: { report: OutlierReport }): VNode {
  const { tensors, shared, activations, kept } = report;
  const columns = useMemo<Column<TensorOutliers>[]>(
    () => [
      { title: 'name', value: ({ name }) => name, width: 26 },
      { title: 'columns', value: (row) => row.columns, width: 11, numeric: true },
      { title: 'outliers', value: ({ count }) => count, width: 9, numeric: true, hint: 'Columns beyond the threshold' },
      {
        title: 'largest',
        unit: 'times the median',
        value: ({ largest, median }) => (median > 0 ? largest / median : null),
        cell: ({ largest, median }) => (median > 0 ? `${(largest / median).toFixed(1)} ×` : '–'),
        width: 9,
        numeric: true,
        hint: 'The largest column over the median column',
      },
      {
        title: 'which',
        value: ({ outliers }) => outliers.map(({ column }) => column).join(' '),
        cell: ({ outliers, count }) =>
          `${outliers
            .slice(0, 4)
            .map(({ column }) => column)
            .join(', ')}${count > 4 ? ', …' : ''}`,
        width: 18,
      },
      {
        title: 'of the error',
        unit: '%',
        value: ({ errorShare }) => errorShare,
        cell: ({ errorShare }) => percent(errorShare, 2),
        width: 12,
        numeric: true,
        hint:
          'Share of the squared error that the outliers carry; ' +
          'with the importance matrix, of the error times importance',
      },
      {
        title: 'worst 1 %',
        unit: '%',
        value: ({ saved }) => saved[2] ?? null,
        cell: ({ saved }) => percent(saved[2] ?? 0, 1),
        width: 12,
        numeric: true,
        hint: 'Share of the squared error in the 1 % of columns that have most of it',
      },
      { title: 'by', value: (row) => BASES[row.basis], width: 22 },
      { title: 'type', value: ({ to }) => to, width: 7 },
    ],
    [],
  );
  return (
    <>
      <p>
        {plural(
          tensors.reduce((sum, { count }) => sum + count, 0),
          'outlier',
        )}{' '}
        in {plural(tensors.length, 'tensor')}, errors of {report.type} with method {report.method},{' '}
        {quantity(report.weights)} of {quantity(report.ofWeights)} weights
        {tensors.some((one) => one.basis === 'importance') ? ', times the importance of the column' : ''}.{' '}
        {shared.length === 0
          ? 'No column is an outlier in more than one layer.'
          : `In more than one layer: ${shared.map(inLayers).join(', ')}.`}
      </p>
      {activations && <Features found={activations} type={report.type} />}
      <ChartFrame
        title="Keeping the worst columns at 16 bits"
        note={
          'Share of the squared error that would go, for each share of columns ' +
          'kept, at least one a tensor; the bits it would cost are in the table.'
        }
        file={`outliers-${report.type}`}
        table={() => ({
          columns: [
            { title: 'columns kept', unit: '%' },
            { title: 'cost', unit: 'bits per weight' },
            { title: 'squared error saved', unit: '%' },
            { title: 'RMSE becomes', unit: 'times' },
          ],
          rows: kept.map((one) => [one.share, one.bitsPerWeight, one.savedError, one.rmseRatio]),
        })}
      >
        {(width) => (
          <Bars
            width={width}
            label="Error saved by keeping columns"
            title="squared error saved, %"
            tick={(value) => String(Number((value * 100).toFixed(3)))}
            rows={kept.map((one) => ({
              label: percent(one.share, 1),
              color: 'var(--accent)',
              value: one.savedError,
              lines: [
                `${percent(one.savedError, 1)} of the squared error`,
                `RMSE times ${precise(one.rmseRatio)}`,
                `${precise(one.bitsPerWeight)} more bits per weight`,
              ],
            }))}
          />
        )}
      </ChartFrame>
      <DataTable
        label="Outliers of each tensor"
        file={`outliers-${report.type}-tensors`}
        noun={texts().parts.table.tensors}
        rows={tensors}
        columns={() => columns}
        rowKey={({ name }) => name}
        search={({ name, role }) => `${name} ${role}`}
        sortBy={{ column: 3, down: true }}
      />
    </>
  );
}
