import type { VNode } from 'preact';
import { methodPath } from '../../charts/methods';
import type { LabMethod, LabReport } from '../../core/types';
import { integer, percent, plural, precise } from '../../text/units';
import { choose, chosen } from './bench';
import { play, step, stillness, stop, trial } from './play';

/** Every method's choice; a method's button moves the slider there. */
export function MethodTable({ report }: { report: LabReport }): VNode {
  const method = report.methods.find((one) => one.name === (trial.value?.name ?? chosen.value));
  return (
    <div class="lab-methods">
      <h3>What each method chooses</h3>
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
                <td>
                  <button
                    type="button"
                    class="lab-method"
                    title={one.summary}
                    aria-pressed={one === method}
                    onClick={() => {
                      stop();
                      choose(one);
                    }}
                  >
                    <svg width="16" height="16" viewBox="-8 -8 16 16" aria-hidden="true">
                      <path d={methodPath(one.name, 5)} />
                    </svg>
                    {one.name}
                  </button>
                </td>
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
      {method && <PlayMethod method={method} report={report} />}
    </div>
  );
}

function PlayMethod({ method, report }: { method: LabMethod; report: LabReport }): VNode {
  const count = method.candidates.length;
  const showing = trial.value;
  const candidateText = (candidate: LabMethod['candidates'][number] | undefined) =>
    candidate ? `scale ${precise(candidate[0])}${report.affine ? `, offset ${precise(candidate[1])}` : ''}` : '';
  return (
    <div class="lab-play">
      <p>
        <strong>{method.name}</strong>: {method.summary}
      </p>
      {count > 1 ? (
        <div class="lab-play-actions">
          {!stillness.value && (
            <button type="button" class="button small" onClick={() => (showing?.running ? stop() : play(method))}>
              {showing?.running ? 'Stop' : `Play its ${plural(count, 'candidate')}`}
            </button>
          )}
          <button type="button" class="button small" onClick={() => step(method)}>
            Step
          </button>
          <span class="quiet small">
            {showing
              ? `candidate ${showing.index + 1} of ${count}: ${candidateText(method.candidates[showing.index])}`
              : stillness.value
                ? `${plural(count, 'candidate')}`
                : ''}
          </span>
        </div>
      ) : (
        <p class="quiet small">{onePlace(method, report)}</p>
      )}
    </div>
  );
}

/** What a method does that has no list of candidates to play. */
function onePlace({ name, tried, written }: LabMethod, { affine, storage }: LabReport): string {
  if (written)
    return 'Scale, codes and error are those of the block as it is written; its search is not taken apart here.';
  if (name !== 'exact')
    return affine ? 'It computes one scale and one offset and takes them.' : 'It computes one scale and takes it.';
  if (storage === 'multiples')
    return `It tries all ${integer(tried)} ${affine ? 'pairs of a scale and a minimum' : 'scales'} that can be stored.`;
  return affine
    ? `Branch and bound: it computed the codes at ${integer(tried)} points and proved that every other place is worse.`
    : `It compares the minima of ${integer(tried)} parabolas and goes straight to the lowest.`;
}

function hexPairs(hex: string): string {
  return hex.replaceAll(/(..)(?!$)/g, '$1 ');
}
