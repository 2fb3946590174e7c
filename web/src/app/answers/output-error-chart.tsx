import type { VNode } from 'preact';
import { useMemo } from 'preact/hooks';
import { ErrorByLayer, RoleLegend, type ValueFormat } from '../../charts/error-by-layer';
import type { RoleSeries } from '../../charts/error-series';
import { ChartFrame } from '../../charts/frame';
import { LAYER_ROLES, type OutputErrors } from '../../core/index';
import { percent } from '../../text/units';
import type { Names } from './names';

const VALUES: ValueFormat = {
  title: 'squared error of outputs',
  unit: '% of their squares',
  value: (value) => `${percent(value, 3)} of the output’s square`,
};

/** One line for each role of a layer's matrices. */
function seriesOf(outputs: readonly OutputErrors[], type: string): RoleSeries[] {
  return Object.values(LAYER_ROLES).flatMap((role) => {
    const points = outputs.flatMap(({ layer, errors: { [role]: value } }) =>
      value === undefined ? [] : [{ layer, value, names: [`${role} of layer ${layer}`], type }],
    );
    return points.length > 0 ? [{ role, points }] : [];
  });
}

/** Where errors arise: what quantizing changes in what each matrix gives, on the text. */
export function OutputErrorChart({ outputs, names }: { outputs: readonly OutputErrors[]; names: Names }): VNode | null {
  const series = useMemo(() => seriesOf(outputs, `${names.shortSecond} for ${names.shortFirst}`), [outputs, names]);
  if (series.length === 0) return null;
  return (
    <ChartFrame
      title="Error of each layer’s outputs"
      note={
        <>
          W are the weights of {names.first}, V those of {names.second}, a what W is multiplied with in {names.first}:
          |(W − V) a|² over |W a|², both summed over all tokens of the text. One line for each role; experts count
          together.
        </>
      }
      file="output-error-by-layer"
      legend={<RoleLegend roles={series.map(({ role }) => role)} loose={[]} values={VALUES} />}
      table={() => ({
        columns: [{ title: 'role' }, { title: 'layer' }, VALUES],
        rows: series.flatMap(({ role, points }) => points.map(({ layer, value }) => [role, layer, value])),
      })}
    >
      {(width) => <ErrorByLayer width={width} series={series} values={VALUES} />}
    </ChartFrame>
  );
}
