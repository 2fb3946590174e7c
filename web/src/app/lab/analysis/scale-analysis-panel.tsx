/** Where the best scales of the model's blocks lie: the analysis that leads to a table of divisors. */
import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { ChartFrame } from '../../../charts/frame';
import { DivisorHistogram } from '../../../charts/divisor-histogram';
import { analyzeScale, type DivisorTable, type ScaleAnalysis, type ScaleMethodFigures } from '../../../core/index';
import type { TensorInfo } from '../../../core/types';
import { texts } from '../../../text/texts';
import { percent, plural, precise, WEIGHT_UNITS } from '../../../text/units';
import { type Column, DataTable } from '../../parts/data-table';
import type { Opened } from '../../state/opening';
import { lists } from '../bench';
import { sampleText, StudyButton, StudyState, TensorChoice } from '../../parts/study-controls';
import { useStudy } from '../../parts/use-study';

const ratio = (value: number | null) => (value === null ? '–' : value.toFixed(4));

const METHOD_COLUMNS: Column<ScaleMethodFigures>[] = [
  { title: 'method', value: (row) => row.name, width: 14, hint: 'How the scale of a block is chosen' },
  {
    title: 'RMSE',
    unit: WEIGHT_UNITS,
    value: (row) => row.rmse,
    cell: (row) => precise(row.rmse),
    width: 11,
    numeric: true,
    hint: 'Square root of the mean squared error',
  },
  {
    title: 'relative error',
    unit: '%',
    value: (row) => row.relativeError,
    cell: (row) => percent(row.relativeError, 3),
    width: 14,
    numeric: true,
    hint: 'RMSE divided by the root mean square of the weights',
  },
  {
    title: '÷ max7',
    value: (row) => row.overMax7,
    cell: (row) => ratio(row.overMax7),
    width: 11,
    numeric: true,
    hint: 'RMSE divided by that of max7',
  },
  {
    title: '÷ exact',
    value: (row) => row.overExact,
    cell: (row) => ratio(row.overExact),
    width: 11,
    numeric: true,
    hint: 'RMSE divided by that of the exact optimum',
  },
  {
    title: 'clipped',
    unit: '%',
    value: (row) => row.clippedShare,
    cell: (row) => percent(row.clippedShare, 2),
    width: 10,
    numeric: true,
    hint: 'Share of the weights beyond the last level by more than half its distance to the next',
  },
  {
    title: 'largest error',
    unit: WEIGHT_UNITS,
    value: (row) => row.maxError,
    cell: (row) => precise(row.maxError),
    width: 13,
    numeric: true,
  },
];

const TABLE_COLUMNS: Column<DivisorTable>[] = [
  { title: 'k', value: (row) => row.divisors.length, width: 5, numeric: true, hint: 'Divisors in the table' },
  {
    title: 'RMSE',
    unit: WEIGHT_UNITS,
    value: (row) => row.rmse,
    cell: (row) => precise(row.rmse),
    width: 11,
    numeric: true,
  },
  {
    title: '÷ exact',
    value: (row) => row.overExact,
    cell: (row) => ratio(row.overExact),
    width: 11,
    numeric: true,
    hint: 'RMSE divided by that of the exact optimum of the same blocks',
  },
  { title: 'found by', value: (row) => (row.proven ? 'trying all' : 'exchange'), width: 11 },
  {
    title: 'divisors',
    value: (row) => row.divisors.map((divisor) => String(Number(divisor.toFixed(3)))).join(' '),
    width: 60,
  },
];

export function ScaleAnalysisPanel({
  opened: { model, title },
  tensors,
}: {
  opened: Opened;
  tensors: readonly TensorInfo[];
}): VNode {
  const study = useStudy<ScaleAnalysis>();
  const [tensor, setTensor] = useState('');
  const [format, setFormat] = useState('q4_0');
  const [all, setAll] = useState(false);
  const suits = tensor === '' || tensors.some(({ name }) => name === tensor);
  const start = () =>
    study.start((run) =>
      analyzeScale(model, { format, ...(tensor && { tensors: tensor }), ...(all && { weights: 0 }) }, run),
    );
  const found = study.found;
  return (
    <section class="study" aria-labelledby="scale-analysis-title">
      <h3 id="scale-analysis-title">Where the best scales lie</h3>
      <p class="study-lead">
        For every block, the scale with the least error is found exactly. Its divisor is max|x| / |scale|. Where the
        divisors gather tells which fixed divisors are worth trying, and what each search gains.
      </p>
      <div class="lab-model">
        <TensorChoice tensors={tensors} value={tensor} all="every matrix" onChange={setTensor} />
        <label class="option">
          <span class="option-label">Format</span>
          <select class="select" value={format} onChange={(event) => setFormat(event.currentTarget.value)}>
            {model.core.formats
              .filter(({ oneScale }) => oneScale)
              .map(({ name }) => (
                <option key={name} value={name}>
                  {lists.value.formats.find((one) => one.name === name)?.label ?? name}
                </option>
              ))}
          </select>
        </label>
        <label class="option">
          <span class="option-label">Weights</span>
          <select
            class="select"
            value={all ? 'all' : 'sample'}
            onChange={(event) => setAll(event.currentTarget.value === 'all')}
          >
            <option value="sample">a sample, seconds</option>
            <option value="all">all of them</option>
          </select>
        </label>
        <div class="lab-model-actions">
          <StudyButton study={study} disabled={!suits} onStart={start}>
            Analyse
          </StudyButton>
        </div>
        <StudyState study={study} name="Analysis of scales">
          {suits ? 'Nothing was analysed yet.' : 'No tensor has this name.'}
        </StudyState>
      </div>
      {found && found.report.blocks > 0 && <Figures found={found} file={`${title}-scales`} />}
      {found && found.report.blocks === 0 && (
        <p class="notice">Every block is best left all zero: there are no divisors.</p>
      )}
    </section>
  );
}

function Figures({ found: { report, sample, tables }, file }: { found: ScaleAnalysis; file: string }): VNode {
  const short = report.histogram.reduce((sum, { shortSide }) => sum + shortSide, 0);
  return (
    <>
      <ChartFrame
        title="Best divisors"
        note={
          <>
            {sampleText(sample)} {plural(report.blocks, 'block')} of {report.blockLength} in {report.format}; in{' '}
            {percent(short / report.blocks)} of them the largest weight lies on the shorter side of the levels (dark).
            {report.zeroBlocks > 0 && ` ${plural(report.zeroBlocks, 'block')} of zeros have no divisor.`}
          </>
        }
        file={`${file}-divisors`}
        table={() => ({
          columns: [
            { title: 'divisor from' },
            { title: 'divisor to' },
            { title: 'blocks with the largest weight on the long side' },
            { title: 'blocks with it on the short side' },
            { title: 'share of the blocks', unit: '%' },
          ],
          rows: report.histogram.map(({ from, to, longSide, shortSide }) => [
            Number(from.toFixed(4)),
            to === null ? null : Number(to.toFixed(4)),
            longSide,
            shortSide,
            (longSide + shortSide) / report.blocks,
          ]),
        })}
      >
        {(width) => <DivisorHistogram width={width} report={report} />}
      </ChartFrame>
      <div class="study-table">
        <h4>What each method leaves</h4>
        <DataTable
          label="Error of each method"
          file={`${file}-methods`}
          rows={report.methods}
          columns={() => METHOD_COLUMNS}
          rowKey={(row) => row.name}
          noun={texts().parts.table.methods}
        />
      </div>
      <div class="study-table">
        <h4>The best tables of divisors</h4>
        <p class="option-note">
          Every block takes the divisor of the table that gives it the least error. Candidates are multiples of{' '}
          {precise(report.candidates.step)} from {precise(report.candidates.from)} to {precise(report.candidates.to)};
          the tables are searched on {plural(report.tableBlocks, 'block')} at even distances. Tables of one and two are
          the best of all; larger ones cannot be improved by exchanging one divisor.
        </p>
        {tables.length > 0 ? (
          <DataTable
            label="Tables of divisors"
            file={`${file}-tables`}
            rows={tables}
            columns={() => TABLE_COLUMNS}
            rowKey={(row) => String(row.divisors.length)}
            noun={texts().parts.table.tables}
            visible={16}
          />
        ) : (
          <p class="quiet small">They are searched when all blocks were seen.</p>
        )}
      </div>
    </>
  );
}
