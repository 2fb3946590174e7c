/** What counts for a mix: which error is made small, and how much the error of each role weighs. */
import type { VNode } from 'preact';
import { ROLE_ORDER, ROLE_STYLES } from '../../charts/roles';
import type { Objective } from '../../core/index';
import { percent } from '../../text/units';
import { FileName } from '../parts/file-name';
import { measureOutputs, measuringOutputs, outputsBy } from '../state/measuring';
import { mix, objective, roleWeights, solveAgain } from '../state/mixing';
import { tellProblem } from '../state/notices';
import { knownStatistics } from '../state/running';

interface Choice {
  label: string;
  note: string;
}

const CHOICES: Readonly<Record<Objective, Choice>> = {
  squared: {
    label: 'the squared error Σ (x − y)²',
    note: 'Large weights count more than small ones, as they do in the output of a layer.',
  },
  weighted: {
    label: 'the error counted by importance',
    note: 'Each weight by the mean square of what it meets. Tensors that the matrix does not know count plainly.',
  },
  outputs: {
    label: 'the change of the outputs',
    note:
      'What a type changes of a tensor’s outputs, calibrated, as a share of them, times Σ x²: the squared error, of ' +
      'which only what reaches the outputs counts. Tensors that no text is read through count by their weights.',
  },
};

export function Weighing(): VNode {
  const roles = new Set(mix.value?.tensors.map((tensor) => tensor.role) ?? []);
  const known: Objective[] = [
    'squared',
    ...(mix.value?.prediction.weightedSquaredError != null ? (['weighted'] as const) : []),
    ...(outputsBy.value !== null ? (['outputs'] as const) : []),
  ];
  return (
    <details class="disclosure">
      <summary>
        What is made small{' '}
        <span class="aside">
          {CHOICES[objective.value].label}
          {Object.keys(roleWeights.value).length > 0 && ', roles weighed'}
        </span>
      </summary>
      <p class="option-note">The sum over all tensors of their error, each times the factor of its role.</p>
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
            <span class="option-label">{CHOICES[each].label}</span>
            <span class="option-note">{CHOICES[each].note}</span>
          </label>
        ))}
      <OutputsByText />
      {mix.value === null && (
        <p class="option-note">Choose a size first; then the roles of this model are listed here.</p>
      )}
      <div class="role-weights">
        {ROLE_ORDER.filter((role) => roles.has(role)).map((role) => (
          <label key={role} class="size-field">
            <span class="small">{ROLE_STYLES[role].label} ×</span>
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
  const statistics = knownStatistics.value;
  if (measuringOutputs.value !== null) {
    return (
      <p class="small" role="status">
        Measuring outputs, {percent(measuringOutputs.value, 0)}…
      </p>
    );
  }
  if (statistics === null) {
    return (
      <p class="option-note">
        The change of the outputs can be counted, too, once statistics of a calibration were kept or opened (scale
        search “calibrated”).
      </p>
    );
  }
  if (outputsBy.value === statistics.name) return null;
  return (
    <p>
      <button
        type="button"
        class="button small"
        onClick={() =>
          void measureOutputs(statistics).catch((error: unknown) => tellProblem('Outputs were not measured', error))
        }
      >
        Measure outputs by <FileName name={statistics.name} />
      </button>
    </p>
  );
}
