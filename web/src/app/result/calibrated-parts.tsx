/** What calibrating did to each matrix, and which are written as without it. */
import type { VNode } from 'preact';
import { useMemo } from 'preact/hooks';
import type { AnswerFigures, CalibratedPart, CalibrationAnswers, CalibrationFigures } from '../../core/index';
import { saveBlob } from '../../charts/save';
import { type Column, DataTable } from '../parts/data-table';
import { texts } from '../../text/texts';
import { bytes, duration, integer, listed, percent, plural } from '../../text/units';

const LEVELS = { 'one-pass': 'in one pass', layers: 'layer after layer' } as const;

const KEPT: Readonly<Record<CalibratedPart['kept'], string>> = {
  calibrated: 'calibrated',
  'no better': 'not calibrated: it was no better',
  'too few tokens': 'not calibrated: too few tokens met it',
};

const nameOf = ({ name, expert }: CalibratedPart) => (expert === null ? name : `${name}, expert ${expert}`);

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
  const columns = useMemo<Column<CalibratedPart>[]>(
    () => [
      { title: 'matrix', value: nameOf, width: 28 },
      {
        title: 'error left',
        unit: '%',
        value: ({ left }) => left,
        cell: ({ left }) => (left === null ? '–' : percent(left)),
        width: 12,
        numeric: true,
        hint:
          'Of the squared error of its outputs over the tokens held back, what is left of what lowest-error leaves ' +
          '(IQ2, IQ3: llama.cpp’s search weighted by this text, which is also what they keep); layer after layer the ' +
          'outputs are those it is aimed at',
      },
      { title: 'tokens', value: (part) => part.tokens, width: 10, numeric: true, hint: 'That met it and calibrated' },
      { title: 'columns', value: ({ columns: [first, count] }) => `${first} to ${first + count - 1}`, width: 14 },
      { title: 'written as', value: (part) => KEPT[part.kept], width: 34 },
    ],
    [],
  );
  return (
    <section class="calibrated-result" aria-labelledby="calibrated-title">
      <h3 id="calibrated-title">Calibrated</h3>
      <p>
        {LEVELS[level][0]!.toUpperCase() + LEVELS[level].slice(1)} by <span class="mono">{text.name}</span>
        {chatTemplate.used && ', as turns in the model’s chat template'}, {integer(tokens)} tokens, in{' '}
        {duration(seconds)}. Judged by {integer(heldBack)} other tokens of it, {integer(served.length)} of{' '}
        {plural(parts.length, 'matrix', 'matrices')} give outputs nearer to what is wanted of them than without
        calibrating
        {middle !== null && (
          <>
            : <strong>{percent(middle)}</strong> of its squared error is left (the median)
          </>
        )}
        .{' '}
        {kept.length > 0 && (
          <>
            {plural(kept.length, 'matrix', 'matrices')} stay as without calibrating:{' '}
            <span class="mono">{listed(kept.map(nameOf))}</span>.
          </>
        )}
      </p>
      {answers && <BesideEachOther answers={answers} heldBack={heldBack} />}
      <p class="small quiet">
        SHA-256 of the text <code>{text.sha256}</code>, damping {damping}. {repeatable(figures)}
      </p>
      {figures.statistics && (
        <p class="small">
          Statistics: {bytes(figures.statistics.bytes)}, SHA-256 <code>{figures.statistics.sha256}</code>. Codes chosen
          by them again are the same, and no text has to be read.{' '}
          {statistics && (
            <button type="button" class="button small" onClick={() => saveBlob(statistics, figures.statistics!.name)}>
              Save the statistics
            </button>
          )}
        </p>
      )}
      <details class="disclosure">
        <summary>
          Matrix by matrix <span class="aside">what is left of the error of its outputs</span>
        </summary>
        <DataTable
          label="What calibrating left of each matrix’s error"
          file={`calibrated-${type}`}
          noun={texts().parts.table.matrices}
          rows={parts}
          columns={() => columns}
          rowKey={(part) => `${nameOf(part)} ${part.columns[0]}`}
          search={nameOf}
          sortBy={{ column: 1, down: true }}
        />
      </details>
    </section>
  );
}

const isFromGpu = ({ engine }: CalibrationFigures) => engine.name.includes('WebGPU');

/** What gives the same bytes again. */
function repeatable(figures: CalibrationFigures): string {
  const { engine } = figures;
  return isFromGpu(figures)
    ? `Computed by ${engine.name}, whose last digits are its own: the same bytes come out of the file of its ` +
        `statistics only.${engine.problem === null ? '' : ` ${engine.problem}`}`
    : 'With the same text, tokens and level the same bytes come out, here or on the command line.';
}

interface AnswerRow {
  title: string;
  hint: string;
  of: (figures: AnswerFigures) => string;
}

const ROWS: readonly AnswerRow[] = [
  {
    title: 'mean divergence, nats',
    hint: 'Mean divergence (Kullback–Leibler) of the next token’s probabilities from the original’s, ± standard error',
    of: ({ divergence: { value, error } }) => `${value.toFixed(5)} ± ${error.toFixed(5)}`,
  },
  {
    title: '99 % below, nats',
    hint: '99 of 100 positions have a divergence below this',
    of: ({ divergence99 }) => divergence99.toFixed(4),
  },
  {
    title: 'same first choice',
    hint: 'Share of positions for which the same token is the most likely one; ± its standard error',
    of: ({ sameTop: { value, error } }) => `${percent(value)} ± ${percent(error)}`,
  },
  {
    title: 'probability kept',
    hint: 'What is left, on average, of the probability that the original gives the text’s next token',
    of: ({ kept: { value, error } }) => `${percent(value)} ± ${percent(error)}`,
  },
];

/** What lowest-error would answer in the same types, and what was calibrated. */
function BesideEachOther({ answers, heldBack }: { answers: CalibrationAnswers; heldBack: number }): VNode {
  const { before, after, seconds } = answers;
  const ratio = before.divergence.value > 0 ? after.divergence.value / before.divergence.value : 1;
  return (
    <>
      <div class="method-table beside" role="region" aria-label="Answers before and after" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">answers, against the original’s</th>
              <th scope="col" class="number">
                lowest error
              </th>
              <th scope="col" class="number">
                calibrated
              </th>
            </tr>
          </thead>
          <tbody>
            {ROWS.map(({ title, hint, of }) => (
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
        The same types and bytes; {integer(after.tokens)} positions of the {integer(heldBack)} tokens held back,
        measured in {duration(seconds)}.{' '}
        {ratio < 1
          ? `Calibrating leaves ${percent(ratio, 0)} of lowest-error’s divergence.`
          : 'Calibrating did not help here: lowest-error answers at least as well on these tokens.'}
      </p>
    </>
  );
}
