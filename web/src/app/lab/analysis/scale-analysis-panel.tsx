/** Where the best scales of the model's blocks lie: the analysis that leads to a table of divisors. */
import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { ChartFrame } from '../../../charts/frame';
import { DivisorHistogram } from '../../../charts/divisor-histogram';
import type { TableColumn } from '../../../charts/table';
import { analyzeScale, type DivisorTable, type ScaleAnalysis, type ScaleMethodFigures } from '../../../core/index';
import type { TensorInfo } from '../../../core/types';
import { texts } from '../../../text/texts';
import { decimal, fixed, percent, precise, weightUnits } from '../../../text/units';
import { type Column, DataTable } from '../../parts/data-table';
import type { Opened } from '../../state/opening';
import { lists } from '../bench';
import { sampleText, StudyButton, StudyState, TensorChoice } from '../../parts/study-controls';
import { useStudy } from '../../parts/use-study';
import { Told } from '../terms';

const ratio = (value: number | null) => (value === null ? '–' : fixed(value, 4));

function methodColumns(): Column<ScaleMethodFigures>[] {
  const { analysis, heads } = texts().lab;
  const words = analysis.divisors;
  const units = weightUnits();
  return [
    { title: heads.method, value: (row) => row.name, width: 14, hint: words.methodHint },
    {
      title: heads.rmse,
      unit: units,
      value: (row) => row.rmse,
      cell: (row) => precise(row.rmse),
      width: 11,
      numeric: true,
      hint: words.rmseHint,
    },
    {
      title: heads.relativeError,
      unit: '%',
      value: (row) => row.relativeError,
      cell: (row) => percent(row.relativeError, 3),
      width: 14,
      numeric: true,
      hint: words.relativeHint,
    },
    {
      title: words.overMax7,
      value: (row) => row.overMax7,
      cell: (row) => ratio(row.overMax7),
      width: 11,
      numeric: true,
      hint: words.overMax7Hint,
    },
    {
      title: words.overExact,
      value: (row) => row.overExact,
      cell: (row) => ratio(row.overExact),
      width: 11,
      numeric: true,
      hint: words.overExactHint,
    },
    {
      title: heads.clipped,
      unit: '%',
      value: (row) => row.clippedShare,
      cell: (row) => percent(row.clippedShare, 2),
      width: 10,
      numeric: true,
      hint: words.clippedHint,
    },
    {
      title: heads.largestError,
      unit: units,
      value: (row) => row.maxError,
      cell: (row) => precise(row.maxError),
      width: 13,
      numeric: true,
    },
  ];
}

function tableColumns(): Column<DivisorTable>[] {
  const { analysis, heads } = texts().lab;
  const words = analysis.divisors;
  return [
    { title: words.count, value: (row) => row.divisors.length, width: 5, numeric: true, hint: words.countHint },
    {
      title: heads.rmse,
      unit: weightUnits(),
      value: (row) => row.rmse,
      cell: (row) => precise(row.rmse),
      width: 11,
      numeric: true,
    },
    {
      title: words.overExact,
      value: (row) => row.overExact,
      cell: (row) => ratio(row.overExact),
      width: 11,
      numeric: true,
      hint: words.overExactBlocksHint,
    },
    { title: words.foundBy, value: (row) => (row.proven ? words.tryingAll : words.exchange), width: 11 },
    {
      title: words.divisors,
      value: (row) => row.divisors.map((divisor) => decimal(Number(divisor.toFixed(3)))).join(' '),
      width: 60,
    },
  ];
}

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
  const { analysis } = texts().lab;
  const words = analysis.divisors;
  return (
    <section class="study" aria-labelledby="scale-analysis-title">
      <h3 id="scale-analysis-title">{words.title}</h3>
      <p class="study-lead">
        <Told text={words.lead} />
      </p>
      <div class="lab-model">
        <TensorChoice tensors={tensors} value={tensor} all={texts().lab.everyMatrix} onChange={setTensor} />
        <label class="option">
          <span class="option-label">{analysis.format}</span>
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
          <span class="option-label">{analysis.weights}</span>
          <select
            class="select"
            value={all ? 'all' : 'sample'}
            onChange={(event) => setAll(event.currentTarget.value === 'all')}
          >
            <option value="sample">{words.aSample}</option>
            <option value="all">{words.allOfThem}</option>
          </select>
        </label>
        <div class="lab-model-actions">
          <StudyButton study={study} disabled={!suits} onStart={start}>
            {words.analyse}
          </StudyButton>
        </div>
        <StudyState study={study} name={words.study}>
          {suits ? words.nothing : texts().lab.noTensor}
        </StudyState>
      </div>
      {found && found.report.blocks > 0 && <Figures found={found} file={`${title}-scales`} />}
      {found && found.report.blocks === 0 && <p class="notice">{words.allZero}</p>}
    </section>
  );
}

function histogramColumns(): TableColumn[] {
  const { from, to, longSide, shortSide, share } = texts().lab.analysis.divisors;
  return [{ title: from }, { title: to }, { title: longSide }, { title: shortSide }, { title: share, unit: '%' }];
}

function Figures({ found: { report, sample, tables }, file }: { found: ScaleAnalysis; file: string }): VNode {
  const words = texts().lab.analysis.divisors;
  const short = report.histogram.reduce((sum, { shortSide }) => sum + shortSide, 0);
  return (
    <>
      <ChartFrame
        title={words.chart}
        note={
          <>
            {sampleText(sample)}{' '}
            {words.note(report.blocks, report.blockLength, report.format, percent(short / report.blocks))}
            {report.zeroBlocks > 0 && ` ${words.zeros(report.zeroBlocks)}`}
          </>
        }
        file={`${file}-divisors`}
        table={() => ({
          columns: histogramColumns(),
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
        <h4>{words.methods}</h4>
        <DataTable
          label={words.methodsTable}
          file={`${file}-methods`}
          rows={report.methods}
          columns={methodColumns}
          rowKey={(row) => row.name}
          noun={texts().parts.table.methods}
        />
      </div>
      <div class="study-table">
        <h4>{words.tables}</h4>
        <p class="option-note">
          {words.tablesNote(
            precise(report.candidates.step),
            precise(report.candidates.from),
            precise(report.candidates.to),
            report.tableBlocks,
          )}
        </p>
        {tables.length > 0 ? (
          <DataTable
            label={words.tablesTable}
            file={`${file}-tables`}
            rows={tables}
            columns={tableColumns}
            rowKey={(row) => String(row.divisors.length)}
            noun={texts().parts.table.tables}
            visible={16}
          />
        ) : (
          <p class="quiet small">{words.notYet}</p>
        )}
      </div>
    </>
  );
}
