/** Which layers and columns an importance matrix says matter. */
import type { VNode } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { ErrorByLayer, RoleLegend, type ValueFormat } from '../../charts/error-by-layer';
import type { RoleSeries } from '../../charts/error-series';
import { ChartFrame } from '../../charts/frame';
import { ROLE_ORDER } from '../../charts/roles';
import {
  blobHandle,
  importanceStatistics,
  type ImportanceStatistics,
  type Role,
  sentenceOf,
  type TensorImportanceStatistics,
} from '../../core/index';
import { core } from '../engine';
import { type Column, DataTable } from '../parts/data-table';
import { aside, Rich } from '../parts/rich';
import type { Matrix } from '../state/matrix';
import type { Opened } from '../state/opening';
import { coreLang, language, texts } from '../../text/texts';
import { fixed, integer, percent, precise } from '../../text/units';

function mean(): ValueFormat {
  const { meanOf, ofTheLargest, meanOfLargest } = texts().plan;
  return { title: meanOf, unit: ofTheLargest, value: (value) => meanOfLargest(percent(value, 2)) };
}

function columns(): Column<TensorImportanceStatistics>[] {
  const t = texts().plan;
  return [
    { title: t.name, value: ({ name }) => name, width: 26 },
    { title: t.columns, value: ({ elements }) => elements, width: 9, numeric: true, hint: t.columnsHint },
    {
      title: 'Σ E[a²]',
      value: ({ sum }) => sum,
      cell: ({ sum }) => precise(sum),
      width: 10,
      numeric: true,
      hint: t.sumHint,
    },
    {
      title: t.largest,
      unit: t.timesMean,
      value: ({ max, mean }) => (mean > 0 ? max / mean : null),
      cell: ({ max, mean }) => (mean > 0 ? `${fixed(max / mean, 1)} ×` : '–'),
      width: 10,
      numeric: true,
      hint: t.largestHint,
    },
    {
      title: t.mostImportant,
      value: ({ largest }) => largest.map(({ column }) => column).join(' '),
      cell: ({ largest }) =>
        largest
          .slice(0, 4)
          .map(({ matrix, column }) => (matrix > 0 ? `${matrix}:${column}` : column))
          .join(', '),
      width: 22,
      hint: t.mostImportantHint,
    },
    {
      title: t.evenness,
      unit: '%',
      value: ({ normalisedEntropy }) => normalisedEntropy,
      cell: ({ normalisedEntropy }) => (normalisedEntropy === null ? '–' : percent(normalisedEntropy, 1)),
      width: 9,
      numeric: true,
      hint: t.evennessHint,
    },
    {
      title: t.active,
      unit: '%',
      value: ({ active }) => active,
      cell: ({ active }) => percent(active, 1),
      width: 8,
      numeric: true,
      hint: t.activeHint,
    },
    {
      title: 'ZD',
      unit: '%',
      value: ({ zd }) => zd,
      cell: ({ zd }) => percent(zd, 1),
      width: 8,
      numeric: true,
      hint: t.zdHint,
    },
    {
      title: t.likeBefore,
      value: ({ cosine }) => cosine,
      cell: ({ cosine }) => (cosine === null ? '–' : fixed(cosine, 3)),
      width: 12,
      numeric: true,
      hint: t.likeBeforeHint,
    },
  ];
}

export function MatrixStatistics({ matrix, model }: { matrix: Matrix; model: Opened | null }): VNode {
  const [shown, setShown] = useState(false);
  return (
    <details class="disclosure" onToggle={({ currentTarget }) => setShown(currentTarget.open)}>
      <summary>
        <Rich text={texts().plan.whichMatter} parts={{ aside }} />
      </summary>
      {shown && <Figures matrix={matrix} model={model} />}
    </details>
  );
}

function Figures({ matrix: { file }, model }: { matrix: Matrix; model: Opened | null }): VNode {
  const [found, setFound] = useState<ImportanceStatistics | string | null>(null);
  useEffect(() => {
    let current = true;
    setFound(null);
    const loaded = core.value;
    if (loaded) {
      importanceStatistics(loaded, blobHandle(file))
        .catch(sentenceOf)
        .then((now) => current && setFound(now));
    }
    return () => void (current = false);
  }, [file, core.value]);
  if (found === null) return <p class="small quiet">{texts().plan.readingMatrix}</p>;
  if (typeof found === 'string') {
    return (
      <p class="small" {...coreLang(found)}>
        {found}
      </p>
    );
  }
  return (
    <>
      {model && <LayerChart found={found} model={model} />}
      <DataTable
        label={texts().plan.importanceTable}
        file="importance"
        noun={texts().parts.table.tensors}
        rows={found.tensors}
        columns={columns}
        rowKey={({ name }) => name}
        search={({ name }) => name}
        sortBy={{ column: 2, down: true }}
        visible={8}
      />
    </>
  );
}

/** By role, and within a role by layer: the mean of E[a²] as a share of the largest. */
function seriesOf({ tensors }: ImportanceStatistics, { model }: Opened): RoleSeries[] {
  const roles = new Map(model.info.tensors.map(({ name, role }) => [name, role]));
  const largest = Math.max(...tensors.map(({ mean }) => mean));
  const series = new Map<Role, RoleSeries>();
  for (const { name, layer, mean, elements } of tensors) {
    const role = roles.get(name);
    if (role === undefined || layer === null || !(largest > 0)) continue;
    const one = series.get(role) ?? { role, points: [] };
    one.points.push({ layer, value: mean / largest, names: [name], type: texts().plan.columnsOf(integer(elements)) });
    series.set(role, one);
  }
  // Matrices with the same input have the same importance: one line stands for all of them.
  const key = ({ points }: RoleSeries) => points.map(({ layer, value }) => `${layer}:${value}`).join();
  const inOrder = [...series.values()].sort((a, b) => ROLE_ORDER.indexOf(a.role) - ROLE_ORDER.indexOf(b.role));
  for (const { points } of inOrder) points.sort((a, b) => a.layer - b.layer);
  return inOrder.filter((one, index) => inOrder.findIndex((other) => key(other) === key(one)) === index);
}

function LayerChart({ found, model }: { found: ImportanceStatistics; model: Opened }): VNode | null {
  const series = useMemo(() => seriesOf(found, model), [found, model, language()]);
  if (series.every(({ points }) => points.length < 2)) return null;
  return (
    <ChartFrame
      title={texts().plan.importanceByLayer}
      note={texts().plan.importanceByLayerNote}
      file="importance-by-layer"
      legend={<RoleLegend roles={series.map(({ role }) => role)} loose={[]} values={mean()} />}
      table={() => ({
        columns: [{ title: texts().plan.role }, { title: texts().plan.layer }, mean(), { title: texts().plan.tensor }],
        rows: series.flatMap(({ role, points }) =>
          points.map(({ layer, value, names }) => [role, layer, value, names.join(' ')]),
        ),
      })}
    >
      {(width) => <ErrorByLayer width={width} series={series} values={mean()} />}
    </ChartFrame>
  );
}
