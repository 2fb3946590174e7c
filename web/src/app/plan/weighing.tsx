/** What counts for a mix: which error is made small, and how much the error of each role weighs. */
import type { VNode } from 'preact';
import { ROLE_ORDER, ROLE_STYLES } from '../../charts/roles';
import type { Objective } from '../../core/index';
import { percent } from '../../text/units';
import { texts } from '../../text/texts';
import { Rich } from '../parts/rich';
import { FileName } from '../parts/file-name';
import { measureOutputs, measuringOutputs, outputsBy } from '../state/measuring';
import { mix, objective, roleWeights, solveAgain } from '../state/mixing';
import { tellProblem } from '../state/notices';
import { knownStatistics } from '../state/running';

export function Weighing(): VNode {
  const t = texts().plan;
  const { label } = t.objectives[objective.value];
  const roles = new Set(mix.value?.tensors.map((tensor) => tensor.role) ?? []);
  const known: Objective[] = [
    'squared',
    ...(mix.value?.prediction.weightedSquaredError != null ? (['weighted'] as const) : []),
    ...(outputsBy.value !== null ? (['outputs'] as const) : []),
  ];
  return (
    <details class="disclosure">
      <summary>
        {t.whatIsMadeSmall}{' '}
        <span class="aside">{Object.keys(roleWeights.value).length > 0 ? t.rolesWeighed(label) : label}</span>
      </summary>
      <p class="option-note">{t.sumOverTensors}</p>
      {known.length > 1 &&
        known.map((each) => (
          <label key={each} class="option check">
            <input
              type="radio"
              name="objective"
              checked={objective.value === each}
              onChange={() => {
                objective.value = each;
                solveAgain();
              }}
            />
            <span class="option-label">{t.objectives[each].label}</span>
            <span class="option-note">{t.objectives[each].note}</span>
          </label>
        ))}
      <OutputsByText />
      {mix.value === null && <p class="option-note">{t.sizeFirst}</p>}
      <div class="role-weights">
        {ROLE_ORDER.filter((role) => roles.has(role)).map((role) => (
          <label key={role} class="size-field">
            <span class="small">{t.roleTimes(ROLE_STYLES[role].label)}</span>
            <input
              class="input count"
              type="number"
              min={0.01}
              step="any"
              value={roleWeights.value[role] ?? 1}
              onChange={(event) => {
                const factor = event.currentTarget.valueAsNumber;
                const { [role]: _, ...others } = roleWeights.value;
                roleWeights.value = factor > 0 && factor !== 1 ? { ...others, [role]: factor } : others;
                solveAgain();
              }}
            />
          </label>
        ))}
      </div>
    </details>
  );
}

/** Offers to measure outputs once a calibration has told what the matrices of the open model meet. */
function OutputsByText(): VNode | null {
  const t = texts().plan;
  const statistics = knownStatistics.value;
  if (measuringOutputs.value !== null) {
    return (
      <p class="small" role="status">
        {t.measuringOutputs(percent(measuringOutputs.value, 0))}
      </p>
    );
  }
  if (statistics === null) {
    return <p class="option-note">{t.outputsNeedStatistics}</p>;
  }
  if (outputsBy.value === statistics.name) return null;
  return (
    <p>
      <button
        type="button"
        class="button small"
        onClick={() =>
          void measureOutputs(statistics).catch((error: unknown) =>
            tellProblem(texts().state.outputsNotMeasured, error),
          )
        }
      >
        <Rich text={t.measureOutputsBy} parts={{ file: <FileName name={statistics.name} /> }} />
      </button>
    </p>
  );
}
