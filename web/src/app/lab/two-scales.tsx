import type { VNode } from 'preact';
import { percent, precise } from '../../text/units';
import { pointOf, type Shown } from './bench';

const MOST_ROWS = 8;

/** A few weights at the simplest rule's scale and at the best one: which level each gets, and what comes back. */
export function TwoScales({ shown: { bench, report } }: { shown: Shown }): VNode | null {
  const { weights } = bench;
  if (report.affine || weights.length > MOST_ROWS) return null;
  const scales = ['max7', 'exact'].flatMap((name) => {
    const method = report.methods.find((one) => one.name === name && one.scale !== 0);
    const point = method && pointOf(method);
    return point && point.codes.length === weights.length ? [{ method, point }] : [];
  });
  if (scales.length < 2) return null;
  return (
    <div class="table-box two-scales" role="region" aria-label="The weights at two scales" tabIndex={0}>
      <table class="plain-table">
        <thead>
          <tr>
            <td />
            {scales.map(({ method }) => (
              <th key={method.name} scope="colgroup" colSpan={2} class="number">
                <strong>{method.name}</strong>, scale {short(method.scale)}
              </th>
            ))}
          </tr>
          <tr>
            <th scope="col">weight</th>
            {scales.flatMap(({ method }) => [
              <th key={method.name} scope="col" class="number">
                ÷ scale → level
              </th>,
              <th key={`${method.name} decoded`} scope="col" class="number">
                comes back
              </th>,
            ])}
          </tr>
        </thead>
        <tbody>
          {weights.map((weight, index) => (
            <tr key={index}>
              <th scope="row">{short(weight)}</th>
              {scales.flatMap(({ method, point }) => {
                const level = short(report.levels[point.codes[index] ?? 0] ?? 0);
                const wanted = short(weight / method.scale);
                const decoded = short(point.decoded[index] ?? 0);
                return [
                  <td key={method.name} class={wanted === level ? 'number' : 'number moved'}>
                    {wanted === level ? level : `${wanted} → ${level}`}
                  </td>,
                  <td key={`${method.name} decoded`} class={decoded === short(weight) ? 'number' : 'number moved'}>
                    {decoded}
                  </td>,
                ];
              })}
            </tr>
          ))}
          <tr>
            <th scope="row">relative error</th>
            {scales.map(({ method }) => (
              <td key={method.name} colSpan={2} class="number">
                <strong>{percent(method.relativeError, 2)}</strong>
              </td>
            ))}
          </tr>
        </tbody>
      </table>
    </div>
  );
}

/** Three significant digits: what a half float takes away does not show. */
const short = (value: number): string => precise(Number(value.toPrecision(3)));
