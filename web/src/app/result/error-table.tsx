import type { VNode } from 'preact';
import { useMemo } from 'preact/hooks';
import type { TensorError } from '../../charts/error-series';
import type { ErrorReport } from '../../core/index';
import { showInLab } from '../lab/links';
import { type Column, DataTable } from '../parts/data-table';
import { texts } from '../../text/texts';
import { decibels, integer, percent, precise, WEIGHT_UNITS } from '../../text/units';
import { DEFINITIONS } from '../../text/glossary';

const relative = ({ error }: TensorError): number | null => (error.rmsWeight > 0 ? error.rmse / error.rmsWeight : null);

/** The RMSE of one method over another's; null where neither lost anything. */
export function errorRatio(error: Pick<ErrorReport, 'rmse'>, reference: Pick<ErrorReport, 'rmse'>): number | null {
  return reference.rmse > 0 ? error.rmse / reference.rmse : null;
}

export function ratioText(ratio: number | null): string {
  return ratio === null ? 'no error' : ratio.toFixed(4);
}

/** Tensors with all figures. A name shows its tensor alone in all views. */
export function ErrorTable({
  rows,
  reference,
  fileType,
  picked,
  onPick,
}: {
  rows: readonly TensorError[];
  /** The method compared with; null: none. */
  reference: string | null;
  fileType: string;
  picked: string | null;
  onPick: (name: string | null) => void;
}): VNode {
  const weighted = rows.some((row) => row.error.weightedRmse !== null);
  const columns = useMemo<Column<TensorError>[]>(
    () => [
      {
        title: 'name',
        value: (row) => row.name,
        cell: (row) => (
          <button
            type="button"
            class="link-button plain"
            title="Show this tensor alone in all views"
            aria-pressed={row.name === picked}
            onClick={() => onPick(row.name === picked ? null : row.name)}
          >
            {row.name}
          </button>
        ),
        width: 25,
      },
      {
        title: 'relative',
        unit: '%',
        value: relative,
        cell: (row) => {
          const value = relative(row);
          return value === null ? '–' : percent(value, 2);
        },
        width: 10,
        numeric: true,
        hint: DEFINITIONS.relative,
      },
      {
        title: 'signal to noise',
        unit: 'dB',
        value: (row) => row.error.sqnrDb,
        cell: (row) => decibels(row.error.sqnrDb),
        width: 13,
        numeric: true,
        hint: DEFINITIONS.sqnr,
      },
      {
        title: 'RMSE',
        unit: WEIGHT_UNITS,
        value: (row) => row.error.rmse,
        cell: (row) => precise(row.error.rmse),
        width: 11,
        numeric: true,
        hint: DEFINITIONS.rmse,
      },
      ...(weighted
        ? [
            {
              title: 'weighted',
              unit: WEIGHT_UNITS,
              value: (row: TensorError) => row.error.weightedRmse,
              cell: (row: TensorError) => (row.error.weightedRmse === null ? '–' : precise(row.error.weightedRmse)),
              width: 11,
              numeric: true,
              hint: DEFINITIONS.weighted,
            },
          ]
        : []),
      ...(reference === null
        ? []
        : [
            {
              title: `of ${reference}’s`,
              value: (row: TensorError) => row.reference && errorRatio(row.error, row.reference),
              cell: (row: TensorError) =>
                row.reference === null ? '–' : ratioText(errorRatio(row.error, row.reference)),
              width: 13,
              numeric: true,
              hint: DEFINITIONS.ratio,
            },
          ]),
      {
        title: 'largest',
        unit: WEIGHT_UNITS,
        value: (row) => row.error.maxError,
        cell: (row) => precise(row.error.maxError),
        width: 10,
        numeric: true,
        hint: DEFINITIONS.max,
      },
      {
        title: 'median',
        unit: WEIGHT_UNITS,
        value: (row) => row.error.median,
        cell: (row) => precise(row.error.median),
        width: 10,
        numeric: true,
        hint: DEFINITIONS.median,
      },
      {
        title: '95 %',
        unit: WEIGHT_UNITS,
        value: (row) => row.error.p95,
        cell: (row) => precise(row.error.p95),
        width: 10,
        numeric: true,
        hint: DEFINITIONS.p95,
      },
      {
        title: 'bias',
        unit: WEIGHT_UNITS,
        value: (row) => row.error.bias,
        cell: (row) => precise(row.error.bias),
        width: 11,
        numeric: true,
        hint: DEFINITIONS.bias,
      },
      {
        title: 'clipped',
        value: (row) => row.error.clipped,
        cell: (row) => integer(row.error.clipped),
        width: 10,
        numeric: true,
        hint: DEFINITIONS.clipped,
      },
      {
        title: 'zeros',
        value: (row) => row.error.zeros,
        cell: (row) => integer(row.error.zeros),
        width: 10,
        numeric: true,
        hint: DEFINITIONS.zeros,
      },
      {
        title: 'not finite',
        value: (row) => row.error.nans + row.error.infinities,
        cell: (row) => integer(row.error.nans + row.error.infinities),
        width: 10,
        numeric: true,
        hint: DEFINITIONS.notFinite,
      },
      {
        title: 'worst block',
        value: (row) => row.error.blocks?.worst[0]?.block ?? null,
        cell: (row) => {
          const [worst] = row.error.blocks?.worst ?? [];
          const length = row.error.blocks?.length ?? 1;
          return worst ? (
            <button
              type="button"
              class="link-button plain"
              aria-label={`Show block ${integer(worst.block)} of ${row.name} in the Lab`}
              onClick={() => showInLab(row.name, worst.block * length, row.to)}
            >
              {integer(worst.block)}
            </button>
          ) : (
            '–'
          );
        },
        width: 11,
        numeric: true,
        hint: 'Number of the block with the largest root mean square error, from 0; shows it in the Lab',
      },
      { title: 'from', value: (row) => row.from, width: 7 },
      { title: 'to', value: (row) => row.to, width: 7 },
      {
        title: 'bytes',
        value: (row) => row.outputBytes,
        cell: (row) => integer(row.outputBytes),
        width: 13,
        numeric: true,
      },
    ],
    [onPick, weighted, reference, picked],
  );
  return (
    <div class="error-table">
      <h3 class="visually-hidden">Tensor by tensor</h3>
      <DataTable
        label="Error of each tensor"
        file={`errors-${fileType}`}
        noun={texts().parts.table.tensors}
        rows={rows}
        columns={() => columns}
        rowKey={(row) => row.name}
        rowClass={(row) => (row.name === picked ? 'chosen' : '')}
        search={(row) => `${row.name} ${row.to} ${row.role}`}
        sortBy={{ column: 1, down: true }}
      />
    </div>
  );
}
