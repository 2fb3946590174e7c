/** What each scale search would give for the chosen types, on this model. */
import type { VNode } from 'preact';
import { methodPredictions, methodsOfPlan, methodsWanted } from '../state/measuring';
import { ask, options } from '../state/planning';
import { decibels, fixed, percent } from '../../text/units';
import { texts } from '../../text/texts';
import { aside, Rich } from '../parts/rich';

export function MethodsPanel(): VNode | null {
  const methods = methodsOfPlan.value;
  if (methods.length < 2) return null;
  const found = methodPredictions.value;
  const base = found.get('llama.cpp')?.relativeError.value ?? null;
  const chosen = options.value.method ?? 'llama.cpp';
  const t = texts().plan;
  return (
    <details
      class="disclosure methods"
      onToggle={(event) => {
        methodsWanted.value = event.currentTarget.open;
      }}
    >
      <summary>
        <Rich text={t.methods} parts={{ aside: aside(chosen) }} />
      </summary>
      <p class="option-note">{t.methodsHow}</p>
      <div class="method-table" role="region" aria-label={t.methodTable} tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t.method}</th>
              <th scope="col" class="number">
                {t.signalToNoiseColumn}
              </th>
              <th scope="col" class="number">
                {texts().common.relativeError}
              </th>
              <th scope="col" class="number">
                {t.againstLlama}
              </th>
              <th scope="col">
                <span class="visually-hidden">{t.methodChoice}</span>
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
                    title={low !== null && high !== null ? t.between(fixed(low, 2), fixed(high, 2)) : undefined}
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
                        {t.useMethod(method)}
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
