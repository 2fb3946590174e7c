/** Observing: the worst tensors step to smaller blocks, then more bits, until their error has halved. */
import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { observation, observedBy, observeWorst, takeObservation } from '../state/mixing';
import { type Column, DataTable } from '../parts/data-table';
import type { Objective, Observation } from '../../core/index';
import { texts } from '../../text/texts';
import { bytes, decibels, plural, precise } from '../../text/units';

type Step = Observation['steps'][number];

const UNITS: Readonly<Record<Objective, [unit: string, hint: string]>> = {
  squared: ['squared units of the weights', 'Σ (x − y)² over the tensor, predicted'],
  weighted: ['squared units of the weights, times importance', 'Σ q (x − y)² over the tensor, predicted'],
  outputs: [
    'squared units of the weights',
    'What the type changes of the tensor’s outputs, calibrated: as a share of them, times Σ x²',
  ],
};

const columnsFor = ([unit, hint]: [string, string]): Column<Step>[] => [
  { title: 'tensor', value: (row) => row.name, width: 26 },
  { title: 'types tried', value: (row) => row.tried.join(' → '), width: 26 },
  {
    title: 'error before',
    unit,
    value: (row) => row.errorBefore,
    cell: (row) => precise(row.errorBefore),
    width: 12,
    numeric: true,
    hint,
  },
  {
    title: 'error after',
    unit,
    value: (row) => row.errorAfter,
    cell: (row) => precise(row.errorAfter),
    width: 12,
    numeric: true,
  },
  {
    title: 'size before',
    unit: 'bytes',
    value: (row) => row.bytesBefore,
    cell: (row) => bytes(row.bytesBefore),
    width: 11,
    numeric: true,
  },
  {
    title: 'size after',
    unit: 'bytes',
    value: (row) => row.bytesAfter,
    cell: (row) => bytes(row.bytesAfter),
    width: 10,
    numeric: true,
  },
  { title: 'halved', value: (row) => (row.halved ? 'yes' : 'no'), width: 7 },
];

export function ObservePanel(): VNode {
  const [worst, setWorst] = useState(40);
  const found = observation.value;
  return (
    <details class="disclosure observe">
      <summary>Observe: re-spend bits on the worst tensors</summary>
      <p class="option-note">
        As GPTQ-for-LLaMa does: the tensors with the largest error of what is planned step through types with smaller
        blocks, then with more bits, until each error is at most half of what it was.
        {observedBy.value === 'outputs' && ' The error is what is changed of the tensor’s outputs, calibrated.'}
      </p>
      <form
        class="size-form"
        onSubmit={(event) => {
          event.preventDefault();
          observeWorst(worst);
        }}
      >
        <label class="size-field">
          <span class="small">worst</span>
          <input
            class="input count"
            type="number"
            min={1}
            value={worst}
            onInput={(event) => setWorst(Math.max(1, Math.round(event.currentTarget.valueAsNumber) || 1))}
          />
          <span class="small">tensors</span>
        </label>
        <button type="submit" class="button small">
          Observe
        </button>
      </form>
      {found && (
        <>
          <p role="status">
            {plural(found.steps.filter((step) => step.halved).length, 'tensor')} of {found.steps.length} with half the
            error or less: from {decibels(found.before.prediction.sqnrDb.value)} and {bytes(found.before.bytes)} to{' '}
            {decibels(found.after.prediction.sqnrDb.value)} and {bytes(found.after.bytes)}.{' '}
            <button type="button" class="button small" onClick={takeObservation}>
              Plan this
            </button>
          </p>
          <DataTable
            label="What observing changes"
            file="observed"
            noun={texts().parts.table.tensors}
            rows={found.steps}
            columns={() => columnsFor(UNITS[found.objective])}
            rowKey={(row) => row.name}
          />
        </>
      )}
    </details>
  );
}
