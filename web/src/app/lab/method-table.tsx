import type { VNode } from 'preact';
import type { LabReport } from '../../core/types';
import { integer, percent, precise } from '../../text/units';
import { methodOnShow } from './play';

/** Every method's choice in all figures. */
export function MethodTable({ report }: { report: LabReport }): VNode {
  const method = methodOnShow();
  return (
    <div class="lab-methods">
      <div class="table-box" role="region" aria-label="Methods and their choices" tabIndex={0}>
        <table class="plain-table lab-table">
          <thead>
            <tr>
              <th scope="col">method</th>
              <th scope="col" class="number">
                scale
              </th>
              {report.affine && (
                <th scope="col" class="number">
                  offset
                </th>
              )}
              <th
                scope="col"
                class="number"
                title={report.affine ? '(largest − smallest weight) / scale' : 'max |x| / |scale|'}
              >
                divisor
              </th>
              <th scope="col" class="number" title="√(Σ w (x − y)² / Σ w x²), w the importance">
                relative error
              </th>
              <th scope="col" class="number">
                largest error
              </th>
              <th scope="col" class="number">
                clipped
              </th>
              <th scope="col" class="number">
                tried
              </th>
              <th scope="col">bytes of the block</th>
            </tr>
          </thead>
          <tbody>
            {report.methods.map((one) => (
              <tr key={one.name} class={one === method ? 'chosen' : ''}>
                <th scope="row">{one.name}</th>
                <td class="number">{precise(one.scale)}</td>
                {report.affine && <td class="number">{precise(one.offset)}</td>}
                <td class="number">{one.divisor.toFixed(2)}</td>
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
      {!report.methods.some((one) => one.bytes) && (
        <p class="quiet small">Bytes are shown for a whole block of a format that stores one scale for each block.</p>
      )}
    </div>
  );
}

function hexPairs(hex: string): string {
  return hex.replaceAll(/(..)(?!$)/g, '$1 ');
}
