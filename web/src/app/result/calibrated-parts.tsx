/** What calibrating did to each matrix, and which are written as without it. */
import type { VNode } from 'preact';
import type { AnswerFigures, CalibratedPart, CalibrationAnswers, CalibrationFigures } from '../../core/index';
import { saveBlob } from '../../charts/save';
import { type Column, DataTable } from '../parts/data-table';
import { Rich } from '../parts/rich';
import { texts } from '../../text/texts';
import { bytes, decimal, duration, fixed, integer, listed, percent } from '../../text/units';

const nameOf = ({ name, expert }: CalibratedPart) =>
  expert === null ? name : texts().result.calibrated.expert(name, expert);

/** What calibrating did to each part. */
function columns(): Column<CalibratedPart>[] {
  const words = texts().result.calibrated;
  return [
    { title: words.matrix, value: nameOf, width: 28 },
    {
      title: words.left,
      unit: '%',
      value: ({ left }) => left,
      cell: ({ left }) => (left === null ? '–' : percent(left)),
      width: 12,
      numeric: true,
      hint: words.leftHint,
    },
    { title: words.tokens, value: (part) => part.tokens, width: 10, numeric: true, hint: words.tokensHint },
    { title: words.columns, value: ({ columns: [first, count] }) => words.fromTo(first, first + count - 1), width: 14 },
    { title: words.writtenAs, value: (part) => words.kept[part.kept], width: 34 },
  ];
}

/** The one in the middle. */
function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? null;
}

interface Calibrated {
  figures: CalibrationFigures;
  type: string;
  statistics: Blob | null; // what codes were chosen by, where it was kept
}

export function CalibratedParts({ figures, type, statistics }: Calibrated): VNode {
  const { level, text, chatTemplate, tokens, heldBack, damping, seconds, parts, answers } = figures;
  const served = parts.filter(({ kept }) => kept === 'calibrated');
  const kept = parts.filter((part) => part.kept !== 'calibrated');
  const middle = median(served.map(({ left }) => left!));
  const words = texts().result.calibrated;
  const how = (chatTemplate.used ? words.howInTurns : words.how)[level];
  const name = <span class="mono">{text.name}</span>;
  const nearer = middle === null ? words.nearer : words.nearerLeft;
  return (
    <section class="calibrated-result" aria-labelledby="calibrated-title">
      <h3 id="calibrated-title">{words.title}</h3>
      <p>
        <Rich text={how(integer(tokens), duration(seconds))} parts={{ text: name }} />{' '}
        <Rich
          text={nearer(integer(heldBack), integer(served.length), parts.length)}
          parts={{ left: middle !== null && <strong>{percent(middle)}</strong> }}
        />{' '}
        {kept.length > 0 && (
          <Rich
            text={words.stay(kept.length)}
            parts={{ names: <span class="mono">{listed(kept.map(nameOf))}</span> }}
          />
        )}
      </p>
      {answers && <BesideEachOther answers={answers} heldBack={heldBack} />}
      <p class="small quiet">
        <Rich
          text={words.evidence(decimal(damping))}
          parts={{ sha: <code>{text.sha256}</code>, repeatable: <Repeatable figures={figures} /> }}
        />
      </p>
      {figures.statistics && (
        <p class="small">
          <Rich
            text={words.statistics(bytes(figures.statistics.bytes))}
            parts={{ sha: <code>{figures.statistics.sha256}</code> }}
          />{' '}
          {statistics && (
            <button type="button" class="button small" onClick={() => saveBlob(statistics, figures.statistics!.name)}>
              {words.saveStatistics}
            </button>
          )}
        </p>
      )}
      <details class="disclosure">
        <summary>
          {words.matrixByMatrix} <span class="aside">{words.whatIsLeft}</span>
        </summary>
        <DataTable
          label={words.table}
          file={`calibrated-${type}`}
          noun={texts().parts.table.matrices}
          rows={parts}
          columns={columns}
          rowKey={(part) => `${nameOf(part)} ${part.columns[0]}`}
          search={nameOf}
          sortBy={{ column: 1, down: true }}
        />
      </details>
    </section>
  );
}

const isFromGpu = ({ engine }: CalibrationFigures) => engine.name.includes('WebGPU');

/** What gives the same bytes again; the problem of a GPU is in the core's words. */
function Repeatable({ figures }: { figures: CalibrationFigures }): VNode {
  const { engine } = figures;
  const words = texts().result.calibrated;
  if (!isFromGpu(figures)) return <>{words.repeatable}</>;
  return (
    <>
      {words.repeatableFromGpu(engine.name)}
      {engine.problem !== null && ` ${engine.problem}`}
    </>
  );
}

interface AnswerRow {
  title: string;
  hint: string;
  of: (figures: AnswerFigures) => string;
}

function answerRows(): AnswerRow[] {
  const words = texts().result.calibrated.rows;
  return [
    {
      title: words.divergence,
      hint: words.divergenceHint,
      of: ({ divergence: { value, error } }) => `${fixed(value, 5)} ± ${fixed(error, 5)}`,
    },
    { title: words.worst, hint: words.worstHint, of: ({ divergence99 }) => fixed(divergence99, 4) },
    {
      title: words.top,
      hint: words.topHint,
      of: ({ sameTop: { value, error } }) => `${percent(value)} ± ${percent(error)}`,
    },
    {
      title: words.kept,
      hint: words.keptHint,
      of: ({ kept: { value, error } }) => `${percent(value)} ± ${percent(error)}`,
    },
  ];
}

/** What lowest-error would answer in the same types, and what was calibrated. */
function BesideEachOther({ answers, heldBack }: { answers: CalibrationAnswers; heldBack: number }): VNode {
  const { before, after, seconds } = answers;
  const ratio = before.divergence.value > 0 ? after.divergence.value / before.divergence.value : 1;
  const words = texts().result.calibrated;
  return (
    <>
      <div class="method-table beside" role="region" aria-label={words.beside} tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">{words.answers}</th>
              <th scope="col" class="number">
                {words.lowestError}
              </th>
              <th scope="col" class="number">
                {words.after}
              </th>
            </tr>
          </thead>
          <tbody>
            {answerRows().map(({ title, hint, of }) => (
              <tr key={title}>
                <th scope="row" title={hint}>
                  {title}
                </th>
                <td class="number">{of(before)}</td>
                <td class="number">{of(after)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p class="small quiet">
        {words.measured(integer(after.tokens), integer(heldBack), duration(seconds))}{' '}
        {ratio < 1 ? words.helped(percent(ratio, 0)) : words.notHelped}
      </p>
    </>
  );
}
