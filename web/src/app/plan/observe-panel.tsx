/** Observing: the worst tensors step to smaller blocks, then more bits, until their error has halved. */
import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { observation, observedBy, observeWorst, takeObservation } from '../state/mixing';
import { Rich } from '../parts/rich';
import { type Column, DataTable } from '../parts/data-table';
import type { Objective, Observation } from '../../core/index';
import { texts } from '../../text/texts';
import { bytes, decibels, precise } from '../../text/units';

type Step = Observation['steps'][number];

function unitOf(objective: Objective): [unit: string, hint: string] {
  const t = texts().plan;
  if (objective === 'weighted') return [t.squaredUnitsTimes, t.weightedHint];
  return [t.squaredUnits, objective === 'outputs' ? t.outputsHint : t.squaredHint];
}

function columnsFor(objective: Objective): Column<Step>[] {
  const [unit, hint] = unitOf(objective);
  const t = texts().plan;
  return [
    { title: t.tensor, value: (row) => row.name, width: 26 },
    { title: t.typesTried, value: (row) => row.tried.join(' → '), width: 26 },
    {
      title: t.errorBefore,
      unit,
      value: (row) => row.errorBefore,
      cell: (row) => precise(row.errorBefore),
      width: 12,
      numeric: true,
      hint,
    },
    {
      title: t.errorAfter,
      unit,
      value: (row) => row.errorAfter,
      cell: (row) => precise(row.errorAfter),
      width: 12,
      numeric: true,
    },
    {
      title: t.sizeBefore,
      unit: texts().units.bytes,
      value: (row) => row.bytesBefore,
      cell: (row) => bytes(row.bytesBefore),
      width: 11,
      numeric: true,
    },
    {
      title: t.sizeAfter,
      unit: texts().units.bytes,
      value: (row) => row.bytesAfter,
      cell: (row) => bytes(row.bytesAfter),
      width: 10,
      numeric: true,
    },
    { title: t.halved, value: (row) => (row.halved ? t.yes : t.no), width: 7 },
  ];
}

export function ObservePanel(): VNode {
  const [worst, setWorst] = useState(40);
  const found = observation.value;
  const t = texts().plan;
  const planning = (words: string) => (
    <button type="button" class="button small" onClick={takeObservation}>
      {words}
    </button>
  );
  return (
    <details class="disclosure observe">
      <summary>{t.observe}</summary>
      <p class="option-note">
        {t.observeHow}
        {observedBy.value === 'outputs' && ` ${t.observeOutputs}`}
      </p>
      <form
        class="size-form"
        onSubmit={(event) => {
          event.preventDefault();
          observeWorst(worst);
        }}
      >
        <label class="size-field">
          <span class="small">{t.worst}</span>
          <input
            class="input count"
            type="number"
            min={1}
            value={worst}
            onInput={(event) => setWorst(Math.max(1, Math.round(event.currentTarget.valueAsNumber) || 1))}
          />
          <span class="small">{t.worstTensors}</span>
        </label>
        <button type="submit" class="button small">
          {t.observeNow}
        </button>
      </form>
      {found && (
        <>
          <p role="status">
            <Rich
              text={t.observed(
                found.steps.filter((step) => step.halved).length,
                found.steps.length,
                decibels(found.before.prediction.sqnrDb.value),
                bytes(found.before.bytes),
                decibels(found.after.prediction.sqnrDb.value),
                bytes(found.after.bytes),
              )}
              parts={{ plan: planning }}
            />
          </p>
          <DataTable
            label={t.observedTable}
            file="observed"
            noun={texts().parts.table.tensors}
            rows={found.steps}
            columns={() => columnsFor(found.objective)}
            rowKey={(row) => row.name}
          />
        </>
      )}
    </details>
  );
}
