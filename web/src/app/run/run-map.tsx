import { extent } from 'd3-array';
import type { VNode } from 'preact';
import { useMemo } from 'preact/hooks';
import { combinedError } from '../../charts/error-series';
import { ChartFrame } from '../../charts/frame';
import { type Cell, LayerMap, RampLegend } from '../../charts/layer-map';
import { ROLE_ORDER } from '../../charts/roles';
import type { ErrorReport, Plan, Role, TensorReport } from '../../core/index';
import { percent } from '../../text/units';
import { texts } from '../../text/texts';

/** The map wants layers to be worth drawing. */
const FEWEST_LAYERS = 2;

/** Layer × role map of the error, cells in the order of roles; several tensors of a role in a layer share a cell. */
function mapCells(plan: Plan, finished: readonly TensorReport[]): { cells: Cell[]; roles: Role[]; layers: number } {
  const errors = new Map(finished.map((report) => [report.tensor, report.error]));
  const groups = new Map<string, { role: Role; layer: number; tensors: number[] }>();
  plan.tensors.forEach((tensor, index) => {
    if (tensor.layer === null || tensor.action !== 'convert') return;
    const key = `${tensor.role}/${tensor.layer}`;
    const group = groups.get(key) ?? { role: tensor.role, layer: tensor.layer, tensors: [] };
    group.tensors.push(index);
    groups.set(key, group);
  });
  const cells = [...groups.values()].map(({ role, layer, tensors }) => {
    const done = tensors.flatMap((tensor) => errors.get(tensor) ?? []) as ErrorReport[];
    return {
      role,
      layer,
      value: done.length === tensors.length ? combinedError(done, 'relative') : null,
      lines: tensors
        .slice(0, 3)
        .map((tensor) => texts().run.tensorAs(plan.tensors[tensor]!.name, plan.tensors[tensor]!.to)),
    };
  });
  const roles = ROLE_ORDER.filter((role) => cells.some((cell) => cell.role === role));
  return { cells, roles, layers: 1 + Math.max(-1, ...cells.map((cell) => cell.layer)) };
}

export function RunMap({ plan, finished }: { plan: Plan; finished: readonly TensorReport[] }): VNode | null {
  const t = texts().run;
  const { cells, roles, layers } = useMemo(() => mapCells(plan, finished), [plan, finished]);
  if (layers < FEWEST_LAYERS) return null;
  const [low, high] = extent(cells.flatMap((cell) => (cell.value === null ? [] : [cell.value])));
  return (
    <ChartFrame
      title={t.map}
      note={t.mapNote}
      file={`map-${plan.fileType}`}
      legend={
        low === undefined || high === undefined ? undefined : (
          <RampLegend low={percent(low, 2)} high={percent(high, 2)} meaning={texts().common.relativeError} />
        )
      }
      table={() => ({
        columns: [
          { title: texts().run.layer },
          ...roles.map((role) => ({ title: texts().run.errorOfRole(role), unit: '%' })),
        ],
        rows: Array.from({ length: layers }, (_, layer) => [
          layer,
          ...roles.map((role) => cells.find((cell) => cell.layer === layer && cell.role === role)?.value ?? null),
        ]),
      })}
    >
      {(width) => (
        <LayerMap
          width={width}
          cells={cells}
          roles={roles}
          layers={layers}
          value={(value) => t.errorOf(percent(value, 2))}
          title={t.mapTitle}
        />
      )}
    </ChartFrame>
  );
}
