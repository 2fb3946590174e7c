import type { VNode } from 'preact';
import type { TensorError } from '../../charts/error-series';
import type { ErrorReport } from '../../core/index';
import { showInLab } from '../lab/links';
import { type Column, DataTable } from '../parts/data-table';
import { texts } from '../../text/texts';
import { decibels, fixed, integer, percent, precise, weightUnits } from '../../text/units';

const relative = ({ error }: TensorError): number | null => (error.rmsWeight > 0 ? error.rmse / error.rmsWeight : null);

/** The RMSE of one method over another's; null where neither lost anything. */
export function errorRatio(error: Pick<ErrorReport, 'rmse'>, reference: Pick<ErrorReport, 'rmse'>): number | null {
  return reference.rmse > 0 ? error.rmse / reference.rmse : null;
}

export function ratioText(ratio: number | null): string {
  return ratio === null ? texts().result.table.noError : fixed(ratio, 4);
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
  const columns = (): Column<TensorError>[] => {
    const words = texts().result.table;
    const { heads } = texts().result;
    const { definitions } = texts();
    const units = weightUnits();
    return [
      {
        title: heads.name,
        value: (row) => row.name,
        cell: (row) => (
          <button
            type="button"
            class="link-button plain"
            title={words.alone}
            aria-pressed={row.name === picked}
            onClick={() => onPick(row.name === picked ? null : row.name)}
          >
            {row.name}
          </button>
        ),
        width: 25,
      },
      {
        title: words.relative,
        unit: '%',
        value: relative,
        cell: (row) => {
          const value = relative(row);
          return value === null ? '–' : percent(value, 2);
        },
        width: 10,
        numeric: true,
        hint: definitions.relative,
      },
      {
        title: heads.signalToNoise,
        unit: 'dB',
        value: (row) => row.error.sqnrDb,
        cell: (row) => decibels(row.error.sqnrDb),
        width: 13,
        numeric: true,
        hint: definitions.sqnr,
      },
      {
        title: 'RMSE',
        unit: units,
        value: (row) => row.error.rmse,
        cell: (row) => precise(row.error.rmse),
        width: 11,
        numeric: true,
        hint: definitions.rmse,
      },
      ...(weighted
        ? [
            {
              title: words.weighted,
              unit: units,
              value: (row: TensorError) => row.error.weightedRmse,
              cell: (row: TensorError) => (row.error.weightedRmse === null ? '–' : precise(row.error.weightedRmse)),
              width: 11,
              numeric: true,
              hint: definitions.weighted,
            },
          ]
        : []),
      ...(reference === null
        ? []
        : [
            {
              title: words.ofReference(reference),
              value: (row: TensorError) => row.reference && errorRatio(row.error, row.reference),
              cell: (row: TensorError) =>
                row.reference === null ? '–' : ratioText(errorRatio(row.error, row.reference)),
              width: 13,
              numeric: true,
              hint: definitions.ratio,
            },
          ]),
      {
        title: words.largest,
        unit: units,
        value: (row) => row.error.maxError,
        cell: (row) => precise(row.error.maxError),
        width: 10,
        numeric: true,
        hint: definitions.max,
      },
      {
        title: words.median,
        unit: units,
        value: (row) => row.error.median,
        cell: (row) => precise(row.error.median),
        width: 10,
        numeric: true,
        hint: definitions.median,
      },
      {
        title: words.p95,
        unit: units,
        value: (row) => row.error.p95,
        cell: (row) => precise(row.error.p95),
        width: 10,
        numeric: true,
        hint: definitions.p95,
      },
      {
        title: words.bias,
        unit: units,
        value: (row) => row.error.bias,
        cell: (row) => precise(row.error.bias),
        width: 11,
        numeric: true,
        hint: definitions.bias,
      },
      {
        title: words.clipped,
        value: (row) => row.error.clipped,
        cell: (row) => integer(row.error.clipped),
        width: 10,
        numeric: true,
        hint: definitions.clipped,
      },
      {
        title: words.zeros,
        value: (row) => row.error.zeros,
        cell: (row) => integer(row.error.zeros),
        width: 10,
        numeric: true,
        hint: definitions.zeros,
      },
      {
        title: words.notFinite,
        value: (row) => row.error.nans + row.error.infinities,
        cell: (row) => integer(row.error.nans + row.error.infinities),
        width: 10,
        numeric: true,
        hint: definitions.notFinite,
      },
      {
        title: words.worst,
        value: (row) => row.error.blocks?.worst[0]?.block ?? null,
        cell: (row) => {
          const [worst] = row.error.blocks?.worst ?? [];
          const length = row.error.blocks?.length ?? 1;
          return worst ? (
            <button
              type="button"
              class="link-button plain"
              aria-label={words.showWorst(integer(worst.block), row.name)}
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
        hint: words.worstHint,
      },
      { title: heads.from, value: (row) => row.from, width: 7 },
      { title: heads.to, value: (row) => row.to, width: 7 },
      {
        title: heads.bytes,
        value: (row) => row.outputBytes,
        cell: (row) => integer(row.outputBytes),
        width: 13,
        numeric: true,
      },
    ];
  };
  const words = texts().result.table;
  return (
    <div class="error-table">
      <h3 class="visually-hidden">{words.title}</h3>
      <DataTable
        label={words.label}
        file={`errors-${fileType}`}
        noun={texts().parts.table.tensors}
        rows={rows}
        columns={columns}
        rowKey={(row) => row.name}
        rowClass={(row) => (row.name === picked ? 'chosen' : '')}
        search={(row) => `${row.name} ${row.to} ${row.role}`}
        sortBy={{ column: 1, down: true }}
      />
    </div>
  );
}
