import type { VNode } from 'preact';
import type { LabReport } from '../../core/types';
import { texts } from '../../text/texts';
import { percent, precise } from '../../text/units';
import { Told } from './terms';
import { pointOf, type Shown } from './bench';
import { type Bench, isFirstBench } from './block';

const MOST_ROWS = 8;

/** The simplest rule's choice and the best one, for a few weights; null for other blocks. */
export function twoScalesOf({ bench: { weights }, report }: Shown) {
  if (report.affine || weights.length > MOST_ROWS) return null;
  const scales = ['max7', 'exact'].flatMap((name) => {
    const method = report.methods.find((one) => one.name === name && one.scale !== 0);
    const point = method && pointOf(method);
    return point && point.codes.length === weights.length ? [{ method, point }] : [];
  });
  return scales.length < 2 ? null : scales;
}

/** A few weights at the simplest rule's scale and at the best one: which level each gets, and what comes back. */
export function TwoScales({ shown }: { shown: Shown }): VNode | null {
  const { bench, report } = shown;
  const { weights } = bench;
  const scales = twoScalesOf(shown);
  if (!scales) return null;
  const { heads, two: words } = texts().lab;
  return (
    <>
      <p class="small">
        <Told text={story(bench, report)} />
      </p>
      <div class="table-box two-scales" role="region" aria-label={words.label} tabIndex={0}>
        <table class="plain-table">
          <thead>
            <tr>
              <td />
              {scales.map(({ method }) => (
                <th key={method.name} scope="colgroup" colSpan={2} class="number">
                  <Told text={words.scaleOf(short(method.scale))} parts={{ method: <strong>{method.name}</strong> }} />
                </th>
              ))}
            </tr>
            <tr>
              <th scope="col">{heads.weight}</th>
              {scales.flatMap(({ method }) => [
                <th key={method.name} scope="col" class="number">
                  {words.toLevel}
                </th>,
                <th key={`${method.name} decoded`} scope="col" class="number">
                  {words.comesBack}
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
              <th scope="row">{heads.relativeError}</th>
              {scales.map(({ method }) => (
                <td key={method.name} colSpan={2} class="number">
                  <strong>{percent(method.relativeError, 2)}</strong>
                </td>
              ))}
            </tr>
          </tbody>
        </table>
      </div>
    </>
  );
}

/** Three significant digits: what a half float takes away does not show. */
const short = (value: number): string => precise(Number(value.toPrecision(3)));

/** In words: what the simplest rule loses on this block, and why. */
function story(shown: Bench, { methods, storage }: LabReport): string {
  const exact = methods.find((method) => method.name === 'exact');
  const max7 = methods.find((method) => method.name === 'max7');
  if (!max7 || !exact) return '';
  const [worse, better] = [percent(max7.relativeError, 2), percent(exact.relativeError, 2)] as const;
  const words = texts().lab.two;
  if (isFirstBench(shown)) return words.first(worse, better);
  return (storage === 'real' ? words.any : words.anyStorable)(worse, precise(max7.scale), better, precise(exact.scale));
}
