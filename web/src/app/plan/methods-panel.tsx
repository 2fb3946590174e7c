/** What each scale search would give for the chosen types, on this model. */
import type { VNode } from 'preact';
import { methodPredictions, methodsOfPlan, methodsWanted } from '../state/measuring';
import { ask, options } from '../state/planning';
import { decibels, percent } from '../../text/units';

export function MethodsPanel(): VNode | null {
  const methods = methodsOfPlan.value;
  if (methods.length < 2) return null;
  const found = methodPredictions.value;
  const base = found.get('llama.cpp')?.relativeError.value ?? null;
  const chosen = options.value.method ?? 'llama.cpp';
  return (
    <details
      class="disclosure methods"
      onToggle={(event) => {
        methodsWanted.value = event.currentTarget.open;
      }}
    >
      <summary>
        What another scale search would gain <span class="aside">{chosen}</span>
      </summary>
      <p class="option-note">
        The chosen types, written by each method on a sample of this model’s rows. “llama.cpp” writes the bytes of
        llama-quantize; the others write files of the same size that every llama.cpp reads. “lowest-error” keeps
        llama.cpp’s block wherever that has less error; “quick” saves the time of that comparison; “unbiased” gives up
        some of the error so that no output comes out too small, which changes answers less in types of 2 and 3 bits. A
        type without the method is written as llama.cpp does (with “unbiased” as “lowest-error” does, where it can).
      </p>
      <div class="method-table" role="region" aria-label="Scale searches" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">method</th>
              <th scope="col" class="number">
                signal to noise
              </th>
              <th scope="col" class="number">
                relative error
              </th>
              <th scope="col" class="number">
                against llama.cpp
              </th>
              <th scope="col">
                <span class="visually-hidden">choice</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {methods.map((method) => {
              const prediction = found.get(method);
              const relative = prediction?.relativeError.value ?? null;
              const { low = null, high = null } = prediction?.sqnrDb ?? {};
              return (
                <tr key={method} class={method === chosen ? 'chosen' : ''}>
                  <th scope="row" class="mono">
                    {method}
                  </th>
                  <td
                    class="number"
                    title={
                      low !== null && high !== null ? `between ${low.toFixed(2)} and ${high.toFixed(2)} dB` : undefined
                    }
                  >
                    {prediction ? decibels(prediction.sqnrDb.value) : '…'}
                  </td>
                  <td class="number">{relative === null ? '' : percent(relative, 2)}</td>
                  <td class="number">
                    {relative === null || base === null || base === 0
                      ? ''
                      : `${relative >= base ? '+' : '−'}${percent(Math.abs(relative / base - 1))}`}
                  </td>
                  <td>
                    {method !== chosen && (
                      <button
                        type="button"
                        class="button small"
                        onClick={() => ask({ method: method === 'llama.cpp' ? undefined : method })}
                      >
                        Use {method}
                      </button>
                    )}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </details>
  );
}
