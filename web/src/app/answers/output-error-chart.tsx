import type { VNode } from 'preact';
import { useMemo } from 'preact/hooks';
import { ErrorByLayer, RoleLegend, type ValueFormat } from '../../charts/error-by-layer';
import type { RoleSeries } from '../../charts/error-series';
import { ChartFrame } from '../../charts/frame';
import { LAYER_ROLES, type OutputErrors } from '../../core/index';
import { texts } from '../../text/texts';
import { percent } from '../../text/units';
import type { NamesId } from './names';

function valueFormat(): ValueFormat {
  const { value, unit, share } = texts().answers.outputs;
  return { title: value, unit, value: (one) => share(percent(one, 3)) };
}

/** One line for each role of a layer's matrices. */
function seriesOf(outputs: readonly OutputErrors[], type: string): RoleSeries[] {
  return Object.values(LAYER_ROLES).flatMap((role) => {
    const points = outputs.flatMap(({ layer, errors: { [role]: value } }) =>
      value === undefined ? [] : [{ layer, value, names: [texts().answers.outputs.roleOf(role, layer)], type }],
    );
    return points.length > 0 ? [{ role, points }] : [];
  });
}

/** Where errors arise: what quantizing changes in what each matrix gives, on the text. */
export function OutputErrorChart({
  outputs,
  names,
}: {
  outputs: readonly OutputErrors[];
  names: NamesId;
}): VNode | null {
  const { names: all, outputs: words } = texts().answers;
  const { ofFirst, ofSecond, inFirst, shortFirst, shortSecond } = all[names];
  const type = words.type(shortSecond, shortFirst);
  const series = useMemo(() => seriesOf(outputs, type), [outputs, type]);
  const values = valueFormat();
  if (series.length === 0) return null;
  return (
    <ChartFrame
      title={words.title}
      note={words.note(ofFirst, ofSecond, inFirst)}
      file="output-error-by-layer"
      legend={<RoleLegend roles={series.map(({ role }) => role)} loose={[]} values={values} />}
      table={() => ({
        columns: [{ title: texts().result.heads.role }, { title: texts().charts.layer }, valueFormat()],
        rows: series.flatMap(({ role, points }) => points.map(({ layer, value }) => [role, layer, value])),
      })}
    >
      {(width) => <ErrorByLayer width={width} series={series} values={values} />}
    </ChartFrame>
  );
}
