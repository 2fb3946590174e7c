/**
 * What 2 to 8 bits a weight leave of a tensor, for every kind of number; and integers with and without a zero point.
 */
import type { VNode } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { ChartFrame, Switch } from '../../../charts/frame';
import { FAMILY_STYLES, FormatPlane } from '../../../charts/format-plane';
import { markerPath } from '../../../charts/roles';
import type { TableColumn } from '../../../charts/table';
import {
  compareGroups,
  compareNumberFormats,
  type NumberFormatPoint,
  type NumberFormats,
  type ScaleSearchName,
} from '../../../core/index';
import type { TensorInfo } from '../../../core/types';
import { bestOfEach, blockName, pointName } from '../../../text/number-formats';
import { coreLang, texts } from '../../../text/texts';
import { fixed, integer, percent, precise } from '../../../text/units';
import { type Column, DataTable } from '../../parts/data-table';
import type { Opened } from '../../state/opening';
import { sampleText, StudyButton, StudyState, TensorChoice } from '../../parts/study-controls';
import { useStudy } from '../../parts/use-study';
import { Told } from '../terms';

const ALL_BITS = [2, 3, 4, 5, 6, 7, 8];
const SEARCHES = ['absmax', 'grid', 'exact'] as const satisfies readonly ScaleSearchName[];

export function NumberFormatsPanel({
  opened: { model, title },
  tensors,
  levels,
}: {
  opened: Opened;
  tensors: readonly TensorInfo[];
  levels: readonly number[] | null;
}): VNode {
  const study = useStudy<NumberFormats>();
  const [tensor, setTensor] = useState(() => (tensors.find(({ role }) => role === 'down') ?? tensors[0])?.name ?? '');
  const [bits, setBits] = useState<readonly number[]>(ALL_BITS);
  const [searches, setSearches] = useState<readonly ScaleSearchName[]>(['absmax', 'grid']);
  const [wide, setWide] = useState(false);
  const known = tensor === '' || tensors.some(({ name }) => name === tensor);
  const start = () =>
    study.start((run) =>
      compareNumberFormats(
        model,
        {
          ...(tensor && { tensors: tensor }),
          bits: [...bits],
          searches: [...searches],
          ...(wide && { scaleBits: 32 }),
          ...(levels && { levels: [...levels] }),
        },
        run,
      ),
    );
  const { analysis } = texts().lab;
  const words = analysis.formats;
  const hints = { absmax: words.absmaxHint, grid: words.gridHint, exact: words.exactHint };
  return (
    <section class="study" aria-labelledby="number-formats-title">
      <h3 id="number-formats-title">{words.title}</h3>
      <p class="study-lead">
        <Told text={words.lead} />
      </p>
      <div class="lab-model">
        <TensorChoice tensors={tensors} value={tensor} all={texts().lab.everyMatrix} onChange={setTensor} />
        <fieldset class="choices">
          <legend class="option-label">{words.codeBits}</legend>
          {ALL_BITS.map((k) => (
            <Choice
              key={k}
              checked={bits.includes(k)}
              onChange={(on) => setBits(ALL_BITS.filter((one) => (one === k ? on : bits.includes(one))))}
            >
              {String(k)}
            </Choice>
          ))}
        </fieldset>
        <fieldset class="choices">
          <legend class="option-label">{analysis.search}</legend>
          {SEARCHES.map((name) => (
            <Choice
              key={name}
              hint={hints[name]}
              checked={searches.includes(name)}
              onChange={(on) => setSearches(SEARCHES.filter((one) => (one === name ? on : searches.includes(one))))}
            >
              {words[name]}
            </Choice>
          ))}
        </fieldset>
        <label class="option">
          <span class="option-label">{words.scalesAndOffsets}</span>
          <select
            class="select"
            value={wide ? '32' : '16'}
            onChange={(event) => setWide(event.currentTarget.value === '32')}
          >
            <option value="16">{words.bits16}</option>
            <option value="32">{words.bits32}</option>
          </select>
        </label>
        <div class="lab-model-actions">
          <StudyButton study={study} disabled={!known || bits.length === 0 || searches.length === 0} onStart={start}>
            {words.compare}
          </StudyButton>
        </div>
        <StudyState study={study} name={words.study}>
          {known ? words.nothing : texts().lab.noTensor}
        </StudyState>
      </div>
      {study.found && study.found.report.points.length > 0 && (
        <Plane found={study.found} file={`${title}-number-formats`} />
      )}
    </section>
  );
}

function Choice({
  checked,
  onChange,
  hint,
  children,
}: {
  checked: boolean;
  onChange: (on: boolean) => void;
  hint?: string;
  children: string;
}): VNode {
  return (
    <label class="choice" title={hint}>
      <input type="checkbox" checked={checked} onChange={(event) => onChange(event.currentTarget.checked)} />
      {children}
    </label>
  );
}

function Plane({ found: { report, sample }, file }: { found: NumberFormats; file: string }): VNode {
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const [whole, setWhole] = useState(false);
  const points = useMemo(
    () =>
      (whole ? report.points : bestOfEach(report.points))
        .filter(({ family }) => !hidden.has(family))
        .sort((a, b) => a.bitsPerWeight - b.bitsPerWeight || a.relativeError - b.relativeError),
    [report, hidden, whole],
  );
  const words = texts().lab.analysis.formats;
  const shown = new Set(report.points.map(({ family }) => family));
  const families = [
    ...report.families.filter(({ name }) => shown.has(name)),
    ...(shown.has('gguf')
      ? [
          {
            name: 'gguf',
            label: words.ofLlama,
            definition: words.ofLlamaMeans,
            fitted: false,
          },
        ]
      : []),
  ];
  return (
    <>
      <ChartFrame
        title={words.chart}
        note={
          <>
            {sampleText(sample)} <Told text={words.note} />
          </>
        }
        file={file}
        controls={
          <Switch
            label={words.which}
            value={whole ? 'all' : 'best'}
            choices={[
              { value: 'best', label: words.best },
              { value: 'all', label: words.everything },
            ]}
            onChange={(value) => setWhole(value === 'all')}
          />
        }
        legend={
          <ul class="legend">
            {families.map(({ name, label, definition }) => (
              <li key={name}>
                <button
                  type="button"
                  class="legend-toggle"
                  aria-pressed={!hidden.has(name)}
                  title={definition}
                  onClick={() =>
                    setHidden(new Set(hidden.has(name) ? [...hidden].filter((one) => one !== name) : [...hidden, name]))
                  }
                >
                  <svg width="14" height="14" viewBox="-7 -7 14 14" aria-hidden="true">
                    <path
                      d={markerPath(FAMILY_STYLES[name]?.marker ?? 'circle', 5)}
                      style={{ fill: FAMILY_STYLES[name]?.color }}
                    />
                  </svg>
                  <span {...(name === 'gguf' ? {} : coreLang())}>{label}</span>
                </button>
              </li>
            ))}
          </ul>
        }
        table={() => ({
          columns: pointColumns(),
          rows: points.map((point) => [
            pointName(point, report.families),
            point.bits || null,
            blockName(point.block),
            point.search,
            Number(point.bitsPerWeight.toFixed(4)),
            Number(point.relativeError.toPrecision(5)),
            point.frontier ? texts().lab.analysis.formats.yes : '',
          ]),
        })}
      >
        {(width) => <FormatPlane width={width} points={points} families={report.families} />}
      </ChartFrame>
      <details class="disclosure">
        <summary>{words.kinds}</summary>
        <dl class="definitions">
          {families.map(({ name, label, definition }) => (
            <div key={name}>
              <dt {...(name === 'gguf' ? {} : coreLang())}>{label}</dt>
              <dd {...(name === 'gguf' ? {} : coreLang())}>{definition}</dd>
            </div>
          ))}
        </dl>
      </details>
    </>
  );
}

function pointColumns(): TableColumn[] {
  const { analysis, heads } = texts().lab;
  const words = analysis.formats;
  return [
    { title: words.numbers },
    { title: heads.code, unit: heads.bits },
    { title: heads.block },
    { title: analysis.searchHead },
    { title: words.size, unit: heads.bitsPerWeight },
    { title: heads.relativeError, unit: '%' },
    { title: words.frontier },
  ];
}

type GroupRow = NumberFormatPoint & { label: string };

function groupColumns(): Column<GroupRow>[] {
  const { analysis, heads } = texts().lab;
  const words = analysis.groups;
  return [
    { title: analysis.formats.numbers, value: (row) => row.label, width: 31 },
    {
      title: words.group,
      unit: words.weights,
      value: (row) => row.block,
      width: 8,
      numeric: true,
      hint: words.groupHint,
    },
    {
      title: heads.bitsPerWeight,
      value: (row) => row.bitsPerWeight,
      cell: (row) => fixed(row.bitsPerWeight, 3),
      width: 13,
      numeric: true,
    },
    {
      title: heads.largestError,
      unit: heads.squaredUnits,
      value: (row) => row.largestTensorError,
      cell: (row) => precise(row.largestTensorError),
      width: 15,
      numeric: true,
      hint: words.largestHint,
    },
    { title: words.of, value: (row) => row.worstTensor, width: 24 },
    {
      title: words.mean,
      unit: heads.squaredUnits,
      value: (row) => row.meanTensorError,
      cell: (row) => precise(row.meanTensorError),
      width: 13,
      numeric: true,
      hint: words.meanHint,
    },
    {
      title: words.largestRelative,
      unit: '%',
      value: (row) => row.largestRelativeError,
      cell: (row) => percent(row.largestRelativeError, 2),
      width: 17,
      numeric: true,
    },
    {
      title: words.meanRelative,
      unit: '%',
      value: (row) => row.meanRelativeError,
      cell: (row) => percent(row.meanRelativeError, 2),
      width: 16,
      numeric: true,
    },
  ];
}

/** Symmetric against asymmetric at group 128, 64 and 32, over the whole model. */
export function GroupsPanel({ opened: { model, title } }: { opened: Opened }): VNode {
  const study = useStudy<NumberFormats>();
  const rows = useMemo(
    () =>
      study.found?.report.points
        .map((point): GroupRow => ({
          ...point,
          label: study.found?.report.families.find(({ name }) => name === point.family)?.label ?? point.family,
        }))
        .sort((a, b) => b.block - a.block || a.largestTensorError - b.largestTensorError) ?? [],
    [study.found],
  );
  const { analysis } = texts().lab;
  const words = analysis.groups;
  return (
    <section class="study" aria-labelledby="groups-title">
      <h3 id="groups-title">{words.title}</h3>
      <p class="study-lead">
        <Told text={words.lead} />
      </p>
      <div class="lab-model">
        <div class="lab-model-actions">
          <StudyButton study={study} onStart={() => study.start((run) => compareGroups(model, {}, run))}>
            {words.compare}
          </StudyButton>
        </div>
        <StudyState study={study} name={words.study}>
          {analysis.formats.nothing}
        </StudyState>
      </div>
      {rows.length > 0 && study.found && (
        <div class="study-table">
          <p class="option-note">
            {sampleText(study.found.sample)} {words.ways(integer(rows.length))}
          </p>
          <DataTable
            label={words.table}
            file={`${title}-groups`}
            rows={rows}
            columns={groupColumns}
            rowKey={(row) => `${row.family} ${row.block}`}
            noun={texts().parts.table.ways}
            visible={15}
          />
        </div>
      )}
    </section>
  );
}
