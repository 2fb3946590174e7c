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
import type { Matrix } from '../state/matrix';
import type { Opened } from '../state/opening';
import { texts } from '../../text/texts';
import { integer, percent, precise } from '../../text/units';

const MEAN: ValueFormat = {
  title: 'mean of E[a²]',
  unit: '% of the largest',
  value: (value) => `${percent(value, 2)} of the largest mean of E[a²]`,
};

const COLUMNS: Column<TensorImportanceStatistics>[] = [
  { title: 'name', value: ({ name }) => name, width: 26 },
  { title: 'columns', value: ({ elements }) => elements, width: 9, numeric: true, hint: 'Of all its matrices' },
  {
    title: 'Σ E[a²]',
    value: ({ sum }) => sum,
    cell: ({ sum }) => precise(sum),
    width: 10,
    numeric: true,
    hint: 'Sum over its columns of the mean square of what they meet',
  },
  {
    title: 'largest',
    unit: 'times the mean',
    value: ({ max, mean }) => (mean > 0 ? max / mean : null),
    cell: ({ max, mean }) => (mean > 0 ? `${(max / mean).toFixed(1)} ×` : '–'),
    width: 10,
    numeric: true,
    hint: 'The most important column over the mean of all',
  },
  {
    title: 'most important columns',
    value: ({ largest }) => largest.map(({ column }) => column).join(' '),
    cell: ({ largest }) =>
      largest
        .slice(0, 4)
        .map(({ matrix, column }) => (matrix > 0 ? `${matrix}:${column}` : column))
        .join(', '),
    width: 22,
    hint: 'The first first; of experts, the expert before the colon',
  },
  {
    title: 'evenness',
    unit: '%',
    value: ({ normalisedEntropy }) => normalisedEntropy,
    cell: ({ normalisedEntropy }) => (normalisedEntropy === null ? '–' : percent(normalisedEntropy, 1)),
    width: 9,
    numeric: true,
    hint: 'Entropy of the columns’ shares in Σ E[a²], over the largest it could be: 100 % when all matter the same',
  },
  {
    title: 'active',
    unit: '%',
    value: ({ active }) => active,
    cell: ({ active }) => percent(active, 1),
    width: 8,
    numeric: true,
    hint: 'Share of columns with E[a²] above 0.00001',
  },
  {
    title: 'ZD',
    unit: '%',
    value: ({ zd }) => zd,
    cell: ({ zd }) => percent(zd, 1),
    width: 8,
    numeric: true,
    hint: 'Share of columns more than a standard deviation above the mean',
  },
  {
    title: 'like the layer before',
    value: ({ cosine }) => cosine,
    cell: ({ cosine }) => (cosine === null ? '–' : cosine.toFixed(3)),
    width: 12,
    numeric: true,
    hint: 'Cosine of the angle between its importance and that of the same tensor one layer before',
  },
];

export function MatrixStatistics({ matrix, model }: { matrix: Matrix; model: Opened | null }): VNode {
  const [shown, setShown] = useState(false);
  return (
    <details class="disclosure" onToggle={({ currentTarget }) => setShown(currentTarget.open)}>
      <summary>
        Which layers and columns matter <span class="aside">the figures of llama-imatrix --show-statistics</span>
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
  if (found === null) return <p class="small quiet">Reading the matrix…</p>;
  if (typeof found === 'string') return <p class="small">{found}</p>;
  return (
    <>
      {model && <LayerChart found={found} model={model} />}
      <DataTable
        label="Importance of each tensor"
        file="importance"
        noun={texts().parts.table.tensors}
        rows={found.tensors}
        columns={() => COLUMNS}
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
    one.points.push({ layer, value: mean / largest, names: [name], type: `${integer(elements)} columns` });
    series.set(role, one);
  }
  // Matrices with the same input have the same importance: one line stands for all of them.
  const key = ({ points }: RoleSeries) => points.map(({ layer, value }) => `${layer}:${value}`).join();
  const inOrder = [...series.values()].sort((a, b) => ROLE_ORDER.indexOf(a.role) - ROLE_ORDER.indexOf(b.role));
  for (const { points } of inOrder) points.sort((a, b) => a.layer - b.layer);
  return inOrder.filter((one, index) => inOrder.findIndex((other) => key(other) === key(one)) === index);
}

function LayerChart({ found, model }: { found: ImportanceStatistics; model: Opened }): VNode | null {
  const series = useMemo(() => seriesOf(found, model), [found, model]);
  if (series.every(({ points }) => points.length < 2)) return null;
  return (
    <ChartFrame
      title="Importance by layer"
      note={
        <>
          E[a²] is the mean square of what a column is multiplied with; here its mean over the columns of a matrix. One
          line for each input: matrices that share one have the same importance.
        </>
      }
      file="importance-by-layer"
      legend={<RoleLegend roles={series.map(({ role }) => role)} loose={[]} values={MEAN} />}
      table={() => ({
        columns: [{ title: 'role' }, { title: 'layer' }, MEAN, { title: 'tensor' }],
        rows: series.flatMap(({ role, points }) =>
          points.map(({ layer, value, names }) => [role, layer, value, names.join(' ')]),
        ),
      })}
    >
      {(width) => <ErrorByLayer width={width} series={series} values={MEAN} />}
    </ChartFrame>
  );
}
