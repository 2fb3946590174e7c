import type { VNode } from 'preact';
import type { LabReport } from '../../core/types';
import { texts } from '../../text/texts';
import { fixed, integer, percent, precise } from '../../text/units';
import { methodOnShow } from './play';

/** Every method's choice in all figures. */
export function MethodTable({ report }: { report: LabReport }): VNode {
  const method = methodOnShow();
  const { heads, methods: words } = texts().lab;
  return (
    <div class="lab-methods">
      <div class="table-box" role="region" aria-label={words.label} tabIndex={0}>
        <table class="plain-table lab-table">
          <thead>
            <tr>
              <th scope="col">{heads.method}</th>
              <th scope="col" class="number">
                {heads.scale}
              </th>
              {report.affine && (
                <th scope="col" class="number">
                  {heads.offset}
                </th>
              )}
              <th scope="col" class="number" title={report.affine ? words.divisorHintOffset : words.divisorHint}>
                {words.divisor}
              </th>
              <th scope="col" class="number" title={words.relativeHint}>
                {heads.relativeError}
              </th>
              <th scope="col" class="number">
                {heads.largestError}
              </th>
              <th scope="col" class="number">
                {heads.clipped}
              </th>
              <th scope="col" class="number">
                {words.tried}
              </th>
              <th scope="col">{words.bytes}</th>
            </tr>
          </thead>
          <tbody>
            {report.methods.map((one) => (
              <tr key={one.name} class={one === method ? 'chosen' : ''}>
                <th scope="row">{one.name}</th>
                <td class="number">{precise(one.scale)}</td>
                {report.affine && <td class="number">{precise(one.offset)}</td>}
                <td class="number">{fixed(one.divisor, 2)}</td>
                <td class="number">{percent(one.relativeError, 3)}</td>
                <td class="number">{precise(one.maxError)}</td>
                <td class="number">{integer(one.clipped)}</td>
                <td class="number">{one.tried > 0 ? integer(one.tried) : <span class="quiet">–</span>}</td>
                <td class="mono lab-bytes">{one.bytes ? hexPairs(one.bytes) : <span class="quiet">–</span>}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {!report.methods.some((one) => one.bytes) && <p class="quiet small">{words.noBytes}</p>}
    </div>
  );
}

function hexPairs(hex: string): string {
  return hex.replaceAll(/(..)(?!$)/g, '$1 ');
}
