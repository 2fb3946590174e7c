/**
 * What 2 to 8 bits a weight leave of a tensor, for every kind of number; and integers with and without a zero point.
 */
import type { VNode } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { ChartFrame, Switch } from '../../../charts/frame';
import { FAMILY_STYLES, FormatPlane } from '../../../charts/format-plane';
import { markerPath } from '../../../charts/roles';
import {
  compareGroups,
  compareNumberFormats,
  type NumberFormatPoint,
  type NumberFormats,
  type ScaleSearchName,
} from '../../../core/index';
import type { TensorInfo } from '../../../core/types';
import { bestOfEach, blockName, pointName } from '../../../text/number-formats';
import { texts } from '../../../text/texts';
import { integer, percent, precise } from '../../../text/units';
import { type Column, DataTable } from '../../parts/data-table';
import type { Opened } from '../../state/opening';
import { sampleText, StudyButton, StudyState, TensorChoice } from '../../parts/study-controls';
import { useStudy } from '../../parts/use-study';

const ALL_BITS = [2, 3, 4, 5, 6, 7, 8];
const SEARCHES: readonly { name: ScaleSearchName; label: string; hint: string }[] = [
  { name: 'absmax', label: 'absmax', hint: 'The largest magnitude lands on the last level' },
  { name: 'grid', label: 'grid', hint: '32 scales from 1.1 down to 0.22 of absmax, then a least-squares fit' },
  {
    name: 'exact',
    label: 'exact, slow',
    hint: 'The proven minimum over storable scales; not for offsets and zero points',
  },
];

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
  return (
    <section class="study" aria-labelledby="number-formats-title">
      <h3 id="number-formats-title">Number formats</h3>
      <p class="study-lead">
        Four bits name sixteen values, and they can be any sixteen. Here every kind of number is tried on your weights:
        integers with and without zero point or offset, floats, dynamic exponents, quantiles, and the levels that fit
        this tensor best, in blocks of 16 to 4096 or whole rows.
      </p>
      <div class="lab-model">
        <TensorChoice tensors={tensors} value={tensor} all="every matrix" onChange={setTensor} />
        <fieldset class="choices">
          <legend class="option-label">Bits of a code</legend>
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
          <legend class="option-label">Scale search</legend>
          {SEARCHES.map(({ name, label, hint }) => (
            <Choice
              key={name}
              hint={hint}
              checked={searches.includes(name)}
              onChange={(on) =>
                setSearches(
                  SEARCHES.map((one) => one.name).filter((one) => (one === name ? on : searches.includes(one))),
                )
              }
            >
              {label}
            </Choice>
          ))}
        </fieldset>
        <label class="option">
          <span class="option-label">Scales and offsets</span>
          <select
            class="select"
            value={wide ? '32' : '16'}
            onChange={(event) => setWide(event.currentTarget.value === '32')}
          >
            <option value="16">16 bits each</option>
            <option value="32">32 bits each</option>
          </select>
        </label>
        <div class="lab-model-actions">
          <StudyButton study={study} disabled={!known || bits.length === 0 || searches.length === 0} onStart={start}>
            Compare
          </StudyButton>
        </div>
        <StudyState study={study} name="Comparison of number formats">
          {known ? 'Nothing was compared yet.' : 'No tensor has this name.'}
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
  const shown = new Set(report.points.map(({ family }) => family));
  const families = [
    ...report.families.filter(({ name }) => shown.has(name)),
    ...(shown.has('gguf')
      ? [
          {
            name: 'gguf',
            label: 'types of llama.cpp',
            definition: 'As llama-quantize writes them, without importance.',
            fitted: false,
          },
        ]
      : []),
  ];
  return (
    <>
      <ChartFrame
        title="Error over bits"
        note={
          <>
            {sampleText(sample)} Relative error is the square root of the summed squared errors over the summed squared
            weights. Bits count codes, scales, offsets, and lists of levels that belong to the tensor. The line is the
            frontier: no other way has as few bits and less error.
          </>
        }
        file={file}
        controls={
          <Switch
            label="Which points"
            value={whole ? 'all' : 'best'}
            choices={[
              { value: 'best', label: 'best search and split' },
              { value: 'all', label: 'everything tried' },
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
                  {label}
                </button>
              </li>
            ))}
          </ul>
        }
        table={() => ({
          columns: [
            { title: 'numbers' },
            { title: 'code', unit: 'bits' },
            { title: 'block' },
            { title: 'scale search' },
            { title: 'size', unit: 'bits per weight' },
            { title: 'relative error', unit: '%' },
            { title: 'on the frontier' },
          ],
          rows: points.map((point) => [
            pointName(point, report.families),
            point.bits || null,
            blockName(point.block),
            point.search,
            Number(point.bitsPerWeight.toFixed(4)),
            Number(point.relativeError.toPrecision(5)),
            point.frontier ? 'yes' : '',
          ]),
        })}
      >
        {(width) => <FormatPlane width={width} points={points} families={report.families} />}
      </ChartFrame>
      <details class="disclosure">
        <summary>What the kinds of numbers are</summary>
        <dl class="definitions">
          {families.map(({ name, label, definition }) => (
            <div key={name}>
              <dt>{label}</dt>
              <dd>{definition}</dd>
            </div>
          ))}
        </dl>
      </details>
    </>
  );
}

type GroupRow = NumberFormatPoint & { label: string };

const GROUP_COLUMNS: Column<GroupRow>[] = [
  { title: 'numbers', value: (row) => row.label, width: 31 },
  {
    title: 'group',
    unit: 'weights',
    value: (row) => row.block,
    width: 8,
    numeric: true,
    hint: 'Weights that share a scale',
  },
  {
    title: 'bits per weight',
    value: (row) => row.bitsPerWeight,
    cell: (row) => row.bitsPerWeight.toFixed(3),
    width: 13,
    numeric: true,
  },
  {
    title: 'largest error',
    unit: 'squared units of the weights',
    value: (row) => row.largestTensorError,
    cell: (row) => precise(row.largestTensorError),
    width: 15,
    numeric: true,
    hint: 'Largest sum of squared errors of a tensor',
  },
  { title: 'of', value: (row) => row.worstTensor, width: 24 },
  {
    title: 'mean error',
    unit: 'squared units of the weights',
    value: (row) => row.meanTensorError,
    cell: (row) => precise(row.meanTensorError),
    width: 13,
    numeric: true,
    hint: 'Mean of the tensors’ sums of squared errors',
  },
  {
    title: 'largest relative',
    unit: '%',
    value: (row) => row.largestRelativeError,
    cell: (row) => percent(row.largestRelativeError, 2),
    width: 17,
    numeric: true,
  },
  {
    title: 'mean relative',
    unit: '%',
    value: (row) => row.meanRelativeError,
    cell: (row) => percent(row.meanRelativeError, 2),
    width: 16,
    numeric: true,
  },
];

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
  return (
    <section class="study" aria-labelledby="groups-title">
      <h3 id="groups-title">Symmetric or asymmetric</h3>
      <p class="study-lead">
        Four-bit integers in groups of 128, 64 and 32, scaled by the largest magnitude, over every matrix. Leaving the
        zero point out makes inference simpler; this is what it costs on your model. Errors are sums of squares over a
        tensor, as if all its weights had been looked at.
      </p>
      <div class="lab-model">
        <div class="lab-model-actions">
          <StudyButton study={study} onStart={() => study.start((run) => compareGroups(model, {}, run))}>
            Compare groups
          </StudyButton>
        </div>
        <StudyState study={study} name="Comparison of groups">
          Nothing was compared yet.
        </StudyState>
      </div>
      {rows.length > 0 && study.found && (
        <div class="study-table">
          <p class="option-note">
            {sampleText(study.found.sample)} {integer(rows.length)} ways.
          </p>
          <DataTable
            label="Integers in groups"
            file={`${title}-groups`}
            rows={rows}
            columns={() => GROUP_COLUMNS}
            rowKey={(row) => `${row.family} ${row.block}`}
            noun={texts().parts.table.ways}
            visible={15}
          />
        </div>
      )}
    </section>
  );
}
