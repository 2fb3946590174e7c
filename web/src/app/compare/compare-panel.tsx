/** The open model beside another file: tensor by tensor, what the second lost against the first. */
import { fileOpen } from 'browser-fs-access';
import type { VNode } from 'preact';
import { useMemo } from 'preact/hooks';
import type { ComparedTensor, Comparison, ErrorReport } from '../../core/index';
import { AnswersOf } from '../answers/answers-panel';
import { HERE_AND_THERE } from '../answers/names';
import { type Column, DataTable } from '../parts/data-table';
import { Figures } from '../parts/figures';
import { HoldButton, usePaused } from '../parts/hold-button';
import { extensionsOf } from '../engine';
import { DEFINITIONS } from '../../text/glossary';
import { comparedAnswers } from '../state/answering';
import { compareWith, type Comparing, comparing } from '../state/comparing';
import { texts } from '../../text/texts';
import { bitsPerWeight, bytes, decibels, integer, percent, plural, precise, WEIGHT_UNITS } from '../../text/units';

export function ComparePanel(): VNode {
  const now = comparing.value;
  const choose = async () => {
    const files = await fileOpen({
      multiple: true,
      description: 'A model to compare with',
      extensions: [...extensionsOf('weights'), ...extensionsOf('beside')],
    }).catch(() => []);
    void compareWith(files);
  };
  return (
    <section class="compare" aria-label="Compare with another file">
      <p class="small quiet">
        The weights of the other file, be it quantized, the original or from another tool, are measured against those of
        this model: x is a weight here, y the same weight there, both decoded.
      </p>
      <p class="compare-actions">
        <button type="button" class="button" onClick={() => void choose()}>
          Choose a file…
        </button>
        {now && <span class="mono small">{now.second}</span>}
        {now && !now.done && <Going now={now} />}
      </p>
      {now && <Shown now={now} />}
    </section>
  );
}

function Going({ now: { stop, pause, share } }: { now: Comparing }): VNode {
  const paused = usePaused(pause);
  return (
    <>
      <HoldButton pause={pause} />
      <button
        type="button"
        class="button"
        onClick={() => {
          stop.abort();
          comparing.value = null;
        }}
      >
        Stop
      </button>
      <span role="status" class="small">
        {percent(share, 0)} compared{paused && ', paused'}
      </span>
    </>
  );
}

const MATCHES: Record<ComparedTensor['match'], string> = {
  same: '',
  reshaped: 'another shape',
  resized: 'another size',
  renamed: 'renamed, by its shape',
  onlyA: 'only here',
  onlyB: 'only there',
};

/** A renamed tensor is a guess from its shape; an error as large as the weights speaks against it. */
function note({ match, error, problem }: ComparedTensor): string {
  if (match === 'renamed' && error && error.rmse > 0.5 * error.rmsWeight) return 'same shape, probably another tensor';
  return MATCHES[match] || (problem ?? '');
}

function Shown({ now }: { now: Comparing }): VNode {
  const columns = useMemo<Column<ComparedTensor>[]>(() => {
    const figure = (
      title: string,
      hint: string,
      value: (error: ErrorReport) => number | null,
      text: (value: number) => string,
      unit?: string,
    ): Column<ComparedTensor> => ({
      title,
      unit,
      hint,
      width: 11,
      numeric: true,
      value: ({ error }) => error && value(error),
      cell: ({ error }) => {
        const found = error && value(error);
        return found === null ? '–' : text(found);
      },
    });
    return [
      { title: 'name', value: ({ a, b }) => (a ?? b)!.name, width: 26 },
      { title: 'note', value: note, width: 20 },
      { title: 'here', value: ({ a }) => a?.type ?? '–', width: 7 },
      { title: 'there', value: ({ b }) => b?.type ?? '–', width: 7 },
      {
        title: 'bytes here',
        value: ({ a }) => a?.bytes ?? null,
        cell: ({ a }) => (a ? integer(a.bytes) : '–'),
        width: 12,
        numeric: true,
      },
      {
        title: 'bytes there',
        value: ({ b }) => b?.bytes ?? null,
        cell: ({ b }) => (b ? integer(b.bytes) : '–'),
        width: 12,
        numeric: true,
      },
      figure(
        'relative',
        DEFINITIONS.relative,
        (error) => (error.rmsWeight > 0 ? error.rmse / error.rmsWeight : null),
        (value) => percent(value, 2),
        '%',
      ),
      figure('signal to noise', DEFINITIONS.sqnr, (error) => error.sqnrDb, decibels, 'dB'),
      figure('RMSE', DEFINITIONS.rmse, (error) => error.rmse, precise, WEIGHT_UNITS),
      figure('largest', DEFINITIONS.max, (error) => error.maxError, precise, WEIGHT_UNITS),
      figure('bias', DEFINITIONS.bias, (error) => error.bias, precise, WEIGHT_UNITS),
      figure('not finite', DEFINITIONS.notFinite, (error) => error.nans + error.infinities, integer),
    ];
  }, []);
  return (
    <>
      {now.done && <Summary done={now.done} />}
      {now.done && (
        <section class="answers" aria-labelledby="compared-answers-title">
          <h3 id="compared-answers-title">Answers of both files</h3>
          <AnswersOf answers={comparedAnswers} names={HERE_AND_THERE} />
        </section>
      )}
      <DataTable
        label="Tensors compared"
        file={`compare-${now.second}`}
        noun={texts().parts.table.tensors}
        rows={now.tensors}
        columns={() => columns}
        rowKey={({ a, b }) => `${a?.name ?? ''}|${b?.name ?? ''}`}
        search={(tensor) => `${tensor.a?.name ?? ''} ${tensor.b?.name ?? ''} ${note(tensor)}`}
      />
    </>
  );
}

function Summary({ done: { a, b, tensors, total } }: { done: Comparison }): VNode {
  const count = (match: ComparedTensor['match']) => tensors.filter((tensor) => tensor.match === match).length;
  const changed = (['renamed', 'reshaped', 'resized', 'onlyA', 'onlyB'] as const).flatMap((match) =>
    count(match) > 0 ? [`${count(match)} ${MATCHES[match]}`] : [],
  );
  return (
    <>
      <p>
        {plural(tensors.length, 'tensor')}
        {changed.length > 0 ? `: ${changed.join(', ')}` : ', all with a namesake of the same shape'}.
      </p>
      <Figures
        label="The other file against this model"
        figures={[
          {
            label: 'size of the tensors',
            value: `${bytes(b.tensorBytes)}`,
            detail: `here ${bytes(a.tensorBytes)}`,
            definition: 'Bytes of all tensors, without headers and padding.',
          },
          {
            label: 'bits per weight',
            value: bitsPerWeight(b.bitsPerWeight),
            detail: `here ${bitsPerWeight(a.bitsPerWeight)}`,
            definition: DEFINITIONS.bits,
          },
          ...(total
            ? [
                {
                  label: 'signal to noise',
                  value: decibels(total.sqnrDb),
                  detail: `${percent(total.rmsWeight > 0 ? total.rmse / total.rmsWeight : 0, 2)} relative`,
                  definition: `${DEFINITIONS.sqnr} ${DEFINITIONS.relative}`,
                },
                { label: 'RMSE', value: precise(total.rmse), definition: DEFINITIONS.rmse },
                { label: 'largest difference', value: precise(total.maxError), definition: DEFINITIONS.max },
                { label: 'bias', value: precise(total.bias), definition: DEFINITIONS.bias },
              ]
            : []),
        ]}
      />
      {total === null && <p class="notice">The two models have no tensor in common that could be compared.</p>}
    </>
  );
}
