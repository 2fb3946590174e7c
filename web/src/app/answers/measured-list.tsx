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
import { bytes, exactBytes, fixed, integer, percent } from '../../text/units';

const methodOf = ({ asked, calibration }: MeasuredAnswer) =>
  calibration
    ? texts().answers.measuredList.calibrated[calibration.level](integer(calibration.tokens), calibration.text)
    : (asked.method ?? REFERENCE_METHOD);

function columns(): Column<MeasuredAnswer>[] {
  const words = texts().answers;
  const list = words.measuredList;
  return [
    { title: list.type, value: ({ asked }) => asked.type, width: 10 },
    { title: list.search, value: methodOf, width: 46 },
    {
      title: list.size,
      unit: texts().result.heads.bytes,
      value: (row) => row.bytes,
      cell: (row) => <span title={exactBytes(row.bytes)}>{bytes(row.bytes)}</span>,
      width: 11,
      numeric: true,
    },
    {
      title: words.divergence,
      unit: words.nats,
      value: ({ report }) => report.divergence.value,
      cell: ({ report }) => `${fixed(report.divergence.value, 5)} ± ${fixed(report.divergence.error, 5)}`,
      width: 20,
      numeric: true,
      hint: list.divergenceHint,
    },
    {
      title: words.top,
      unit: '%',
      value: ({ report }) => report.sameTop.value,
      cell: ({ report }) => percent(report.sameTop.value),
      width: 19,
      numeric: true,
    },
    { title: list.scored, value: ({ report }) => report.tokens, width: 16, numeric: true },
    { title: list.text, value: ({ text }) => text, width: 18 },
  ];
}

export function MeasuredList(): VNode | null {
  const { of, answers } = measured.value;
  const rows = useMemo(() => [...answers.values()], [answers]);
  if (of === null || of !== opened.value || rows.length < 2) return null;
  return (
    <DataTable
      label={texts().answers.measuredList.label}
      file="answers-measured"
      noun={texts().parts.table.measurements}
      rows={rows}
      columns={columns}
      rowKey={(row) => `${row.asked.type} ${methodOf(row)} ${JSON.stringify(row.asked)}`}
      sortBy={{ column: 3, down: false }}
      visible={8}
    />
  );
}

/** A button that measures some of these; `what` is what it says. */
export function MeasureButton({ wishes, what }: { wishes: readonly PlanOptions[]; what: string }): VNode | null {
  const model = opened.value;
  const now = measuringAnswers.value;
  const words = texts().answers.measuredList;
  const missing = wishes.filter((asked) => measuredAnswer(asked) === null);
  if (!model || (missing.length === 0 && !now)) return null;
  if (now) {
    const { asked, number, total, stop, pause } = now;
    return (
      <Going
        label={words.measuring}
        share={(number - 1) / total}
        words={(paused) =>
          (paused ? words.paused : words.going)(asked.type, asked.method ?? REFERENCE_METHOD, number, total)
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
        {what}
      </button>{' '}
      <span class="small quiet">{words.how}</span>
    </p>
  );
}
