/** Answers that were measured of the open model, beside each other; and a way to measure more. */
import type { VNode } from 'preact';
import { useMemo } from 'preact/hooks';
import { type Column, DataTable } from '../parts/data-table';
import { Going } from '../parts/going';
import type { PlanOptions } from '../../core/index';
import { type MeasuredAnswer, measured, measuredAnswer } from '../state/measured-answers';
import { measureAnswers, measuringAnswers } from '../state/measuring-answers';
import { opened } from '../state/opening';
import { REFERENCE_METHOD } from '../state/reference';
import { isRunning } from '../state/running';
import { texts } from '../../text/texts';
import { bytes, exactBytes, integer, percent } from '../../text/units';

const methodOf = ({ asked, calibration }: MeasuredAnswer) =>
  calibration
    ? `calibrated ${calibration.level === 'layers' ? 'layer after layer' : 'in one pass'}, ` +
      `${integer(calibration.tokens)} tokens of ${calibration.text}`
    : (asked.method ?? REFERENCE_METHOD);

const COLUMNS: Column<MeasuredAnswer>[] = [
  { title: 'type', value: ({ asked }) => asked.type, width: 10 },
  { title: 'scale search', value: methodOf, width: 46 },
  {
    title: 'size',
    unit: 'bytes',
    value: (row) => row.bytes,
    cell: (row) => <span title={exactBytes(row.bytes)}>{bytes(row.bytes)}</span>,
    width: 11,
    numeric: true,
  },
  {
    title: 'mean divergence',
    unit: 'nats',
    value: ({ report }) => report.divergence.value,
    cell: ({ report }) => `${report.divergence.value.toFixed(5)} ± ${report.divergence.error.toFixed(5)}`,
    width: 20,
    numeric: true,
    hint: 'Of the next token’s probabilities from the original’s, and its standard error',
  },
  {
    title: 'same first choice',
    unit: '%',
    value: ({ report }) => report.sameTop.value,
    cell: ({ report }) => percent(report.sameTop.value),
    width: 19,
    numeric: true,
  },
  { title: 'scored tokens', value: ({ report }) => report.tokens, width: 16, numeric: true },
  { title: 'text', value: ({ text }) => text, width: 18 },
];

export function MeasuredList(): VNode | null {
  const { of, answers } = measured.value;
  const rows = useMemo(() => [...answers.values()], [answers]);
  if (of === null || of !== opened.value || rows.length < 2) return null;
  return (
    <DataTable
      label="Answers measured of this model"
      file="answers-measured"
      noun={texts().parts.table.measurements}
      rows={rows}
      columns={() => COLUMNS}
      rowKey={(row) => `${row.asked.type} ${methodOf(row)} ${JSON.stringify(row.asked)}`}
      sortBy={{ column: 3, down: false }}
      visible={8}
    />
  );
}

/** A button that measures some of these; `what` names them. */
export function MeasureButton({ wishes, what }: { wishes: readonly PlanOptions[]; what: string }): VNode | null {
  const model = opened.value;
  const now = measuringAnswers.value;
  const missing = wishes.filter((asked) => measuredAnswer(asked) === null);
  if (!model || (missing.length === 0 && !now)) return null;
  if (now) {
    const { asked, number, total, stop, pause } = now;
    return (
      <Going
        label="Measuring answers"
        share={(number - 1) / total}
        words={(paused) =>
          `${asked.type} by ${asked.method ?? REFERENCE_METHOD}, ${number} of ${total}` +
          (paused ? ', paused' : ': written aside, then read beside the original')
        }
        pause={pause}
        onStop={() => stop.abort()}
      />
    );
  }
  return (
    <p class="answers-offers">
      <button
        type="button"
        class="button"
        disabled={isRunning.value}
        onClick={() => void measureAnswers(model, missing)}
      >
        Measure {what}
      </button>{' '}
      <span class="small quiet">
        Each is written aside, in this browser’s private storage, read beside the original over the short text, and
        removed; it takes as long as a run and a short comparison of each.
      </span>
    </p>
  );
}
