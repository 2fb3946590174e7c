/** The open model beside another file: tensor by tensor, what the second lost against the first. */
import type { VNode } from 'preact';
import type { ComparedTensor, Comparison, ErrorReport } from '../../core/index';
import { AnswersOf } from '../answers/answers-panel';
import { chooseSeveral } from '../choose';
import { type Column, DataTable } from '../parts/data-table';
import { Figures } from '../parts/figures';
import { HoldButton, usePaused } from '../parts/hold-button';
import { extensionsOf } from '../engine';
import { comparedAnswers } from '../state/answering';
import { compareWith, type Comparing, comparing } from '../state/comparing';
import { coreLang, texts } from '../../text/texts';
import { bitsPerWeight, bytes, decibels, integer, percent, precise, weightUnits } from '../../text/units';

export function ComparePanel(): VNode {
  const now = comparing.value;
  const words = texts().compare;
  const choose = async () => {
    const files = await chooseSeveral({
      description: words.files,
      extensions: [...extensionsOf('weights'), ...extensionsOf('beside')],
    });
    if (files) void compareWith(files);
  };
  return (
    <section class="compare" aria-label={words.label}>
      <p class="small quiet">{words.intro}</p>
      <p class="compare-actions">
        <button type="button" class="button" onClick={() => void choose()}>
          {words.choose}
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
  const words = texts().compare;
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
        {words.stop}
      </button>
      <span role="status" class="small">
        {(paused ? words.paused : words.going)(percent(share, 0))}
      </span>
    </>
  );
}

/** A renamed tensor is a guess from its shape; an error as large as the weights speaks against it. */
function note({ match, error, problem }: ComparedTensor): string {
  const { matches, probablyAnother } = texts().compare;
  if (match === 'renamed' && error && error.rmse > 0.5 * error.rmsWeight) return probablyAnother;
  return match === 'same' ? (problem ?? '') : matches[match];
}

/** What the core says of a tensor stays in its language. */
const noteLang = ({ match, problem }: ComparedTensor) => (match === 'same' && problem ? coreLang(problem) : {});

function Shown({ now }: { now: Comparing }): VNode {
  const columns = (): Column<ComparedTensor>[] => {
    const { heads } = texts().compare;
    const { definitions } = texts();
    const units = weightUnits();
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
      { title: heads.name, value: ({ a, b }) => (a ?? b)!.name, width: 26 },
      { title: heads.note, value: note, cell: (row) => <span {...noteLang(row)}>{note(row)}</span>, width: 20 },
      { title: heads.here, value: ({ a }) => a?.type ?? '–', width: 7 },
      { title: heads.there, value: ({ b }) => b?.type ?? '–', width: 7 },
      {
        title: heads.bytesHere,
        value: ({ a }) => a?.bytes ?? null,
        cell: ({ a }) => (a ? integer(a.bytes) : '–'),
        width: 12,
        numeric: true,
      },
      {
        title: heads.bytesThere,
        value: ({ b }) => b?.bytes ?? null,
        cell: ({ b }) => (b ? integer(b.bytes) : '–'),
        width: 12,
        numeric: true,
      },
      figure(
        heads.relative,
        definitions.relative,
        (error) => (error.rmsWeight > 0 ? error.rmse / error.rmsWeight : null),
        (value) => percent(value, 2),
        '%',
      ),
      figure(heads.sqnr, definitions.sqnr, (error) => error.sqnrDb, decibels, 'dB'),
      figure(heads.rmse, definitions.rmse, (error) => error.rmse, precise, units),
      figure(heads.largest, definitions.max, (error) => error.maxError, precise, units),
      figure(heads.bias, definitions.bias, (error) => error.bias, precise, units),
      figure(heads.notFinite, definitions.notFinite, (error) => error.nans + error.infinities, integer),
    ];
  };
  return (
    <>
      {now.done && <Summary done={now.done} />}
      {now.done && (
        <section class="answers" aria-labelledby="compared-answers-title">
          <h3 id="compared-answers-title">{texts().compare.answers}</h3>
          <AnswersOf answers={comparedAnswers} names="here" />
        </section>
      )}
      <DataTable
        label={texts().compare.table}
        file={`compare-${now.second}`}
        noun={texts().parts.table.tensors}
        rows={now.tensors}
        columns={columns}
        rowKey={({ a, b }) => `${a?.name ?? ''}|${b?.name ?? ''}`}
        search={(tensor) => `${tensor.a?.name ?? ''} ${tensor.b?.name ?? ''} ${note(tensor)}`}
      />
    </>
  );
}

function Summary({ done: { a, b, tensors, total } }: { done: Comparison }): VNode {
  const count = (match: ComparedTensor['match']) => tensors.filter((tensor) => tensor.match === match).length;
  const words = texts().compare;
  const { definitions } = texts();
  const changed = (['renamed', 'reshaped', 'resized', 'onlyA', 'onlyB'] as const).flatMap((match) =>
    count(match) > 0 ? [words.change(count(match), words.matches[match])] : [],
  );
  return (
    <>
      <p>
        {changed.length > 0 ? words.summaryChanged(tensors.length, changed.join(', ')) : words.summary(tensors.length)}
      </p>
      <Figures
        label={words.figures.label}
        figures={[
          {
            label: words.figures.size,
            value: bytes(b.tensorBytes),
            detail: words.figures.here(bytes(a.tensorBytes)),
            definition: words.figures.sizeMeans,
          },
          {
            label: words.figures.bits,
            value: bitsPerWeight(b.bitsPerWeight),
            detail: words.figures.here(bitsPerWeight(a.bitsPerWeight)),
            definition: definitions.bits,
          },
          ...(total
            ? [
                {
                  label: words.figures.sqnr,
                  value: decibels(total.sqnrDb),
                  detail: words.figures.relative(percent(total.rmsWeight > 0 ? total.rmse / total.rmsWeight : 0, 2)),
                  definition: `${definitions.sqnr} ${definitions.relative}`,
                },
                { label: words.figures.rmse, value: precise(total.rmse), definition: definitions.rmse },
                { label: words.figures.largest, value: precise(total.maxError), definition: definitions.max },
                { label: words.figures.bias, value: precise(total.bias), definition: definitions.bias },
              ]
            : []),
        ]}
      />
      {total === null && <p class="notice">{words.nothingInCommon}</p>}
    </>
  );
}
