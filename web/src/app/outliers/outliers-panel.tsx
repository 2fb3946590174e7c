/**
 * Columns that stand out, the layers that share them, and what keeping the worst at 16 bits would save. Analysis only.
 */
import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { Bars } from '../../charts/bars';
import { ChartFrame } from '../../charts/frame';
import type { TableColumn } from '../../charts/table';
import { findOutliers, type OutlierBasis, type OutlierReport, type TensorOutliers } from '../../core/index';
import { type Column, DataTable } from '../parts/data-table';
import { activationsOnText, Features, ReadsText } from './activation-features';
import { StudyButton } from '../parts/study-controls';
import { useStudy } from '../parts/use-study';
import { CALIBRATED } from '../state/calibrated-method';
import type { Opened } from '../state/opening';
import { options } from '../state/planning';
import { coreLang, texts } from '../../text/texts';
import { decimal, fixed, percent, precise, quantity } from '../../text/units';

const BASES = ['weights', 'producers', 'importance'] as const satisfies readonly OutlierBasis[];
const THRESHOLDS = [2, 3, 4, 6, 10];

const inLayers = ({ input, column, layers, ofLayers }: OutlierReport['shared'][number]) =>
  texts().outliers.inLayers(input, column, layers, ofLayers);

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
  const words = texts().outliers;
  return (
    <section class="outliers" aria-label={words.label}>
      <p class="small quiet">{words.intro}</p>
      <div class="compare-actions">
        <label>
          {words.countsBy}{' '}
          <select
            class="select"
            value={reads ? 'importance' : basis}
            disabled={reads}
            onChange={(event) => setBasis(event.currentTarget.value as OutlierBasis)}
          >
            {BASES.filter((one) => one !== 'importance' || model.importance !== null || reads).map((one) => (
              <option key={one} value={one}>
                {words.bases[one]}
              </option>
            ))}
          </select>
        </label>
        <label>
          {words.outlierBeyond}{' '}
          <select
            class="select"
            value={threshold}
            onChange={(event) => setThreshold(Number(event.currentTarget.value))}
          >
            {THRESHOLDS.map((times) => (
              <option key={times} value={times}>
                {words.times(times)}
              </option>
            ))}
          </select>
        </label>
        <ReadsText model={model} reads={reads} onChange={setReads} />
        <StudyButton study={study} onStart={look}>
          {words.look}
        </StudyButton>
        {study.running && (
          <span role="status" class="small">
            {(study.paused ? words.readPaused : words.read)(percent(study.progress?.share ?? 0, 0))}
          </span>
        )}
      </div>
      {study.problem && (
        <p class="notice bad" role="alert" {...coreLang(study.problem)}>
          {study.problem}
        </p>
      )}
      {study.found && <Shown report={study.found} />}
    </section>
  );
}

function keptColumns(): TableColumn[] {
  const { columns, cost, bits, saved, rmse, times } = texts().outliers.keeping;
  return [
    { title: columns, unit: '%' },
    { title: cost, unit: bits },
    { title: saved, unit: '%' },
    { title: rmse, unit: times },
  ];
}

function Shown({ report }: { report: OutlierReport }): VNode {
  const { tensors, shared, activations, kept } = report;
  const words = texts().outliers;
  const columns = (): Column<TensorOutliers>[] => {
    const { bases, heads } = texts().outliers;
    return [
      { title: heads.name, value: ({ name }) => name, width: 26 },
      { title: heads.columns, value: (row) => row.columns, width: 11, numeric: true },
      { title: heads.outliers, value: ({ count }) => count, width: 9, numeric: true, hint: heads.outliersHint },
      {
        title: heads.largest,
        unit: heads.largestUnit,
        value: ({ largest, median }) => (median > 0 ? largest / median : null),
        cell: ({ largest, median }) => (median > 0 ? `${fixed(largest / median, 1)} ×` : '–'),
        width: 9,
        numeric: true,
        hint: heads.largestHint,
      },
      {
        title: heads.which,
        value: ({ outliers }) => outliers.map(({ column }) => column).join(' '),
        cell: ({ outliers, count }) =>
          `${outliers
            .slice(0, 4)
            .map(({ column }) => column)
            .join(', ')}${count > 4 ? ', …' : ''}`,
        width: 18,
      },
      {
        title: heads.error,
        unit: '%',
        value: ({ errorShare }) => errorShare,
        cell: ({ errorShare }) => percent(errorShare, 2),
        width: 12,
        numeric: true,
        hint: heads.errorHint,
      },
      {
        title: heads.worst,
        unit: '%',
        value: ({ saved }) => saved[2] ?? null,
        cell: ({ saved }) => percent(saved[2] ?? 0, 1),
        width: 12,
        numeric: true,
        hint: heads.worstHint,
      },
      { title: heads.by, value: (row) => bases[row.basis], width: 22 },
      { title: heads.type, value: ({ to }) => to, width: 7 },
    ];
  };
  const byImportance = tensors.some((one) => one.basis === 'importance');
  return (
    <>
      <p>
        {(byImportance ? words.foundImportance : words.found)(
          tensors.reduce((sum, { count }) => sum + count, 0),
          tensors.length,
          report.type,
          report.method,
          quantity(report.weights),
          quantity(report.ofWeights),
        )}{' '}
        {shared.length === 0 ? words.noShared : words.shared(shared.map(inLayers).join(', '))}
      </p>
      {activations && <Features found={activations} type={report.type} />}
      <ChartFrame
        title={words.keeping.title}
        note={words.keeping.note}
        file={`outliers-${report.type}`}
        table={() => ({
          columns: keptColumns(),
          rows: kept.map((one) => [one.share, one.bitsPerWeight, one.savedError, one.rmseRatio]),
        })}
      >
        {(width) => (
          <Bars
            width={width}
            label={words.keeping.label}
            title={words.keeping.axis}
            tick={(value) => decimal(Number((value * 100).toFixed(3)))}
            rows={kept.map((one) => ({
              label: percent(one.share, 1),
              color: 'var(--accent)',
              value: one.savedError,
              lines: [
                words.keeping.ofError(percent(one.savedError, 1)),
                words.keeping.rmseTimes(precise(one.rmseRatio)),
                words.keeping.moreBits(precise(one.bitsPerWeight)),
              ],
            }))}
          />
        )}
      </ChartFrame>
      <DataTable
        label={words.table}
        file={`outliers-${report.type}-tensors`}
        noun={texts().parts.table.tensors}
        rows={tensors}
        columns={columns}
        rowKey={({ name }) => name}
        search={({ name, role }) => `${name} ${role}`}
        sortBy={{ column: 3, down: true }}
      />
    </>
  );
}
