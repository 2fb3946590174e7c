/** One row of a tensor before and after, read back from both files. */
import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { TensorError } from '../../charts/error-series';
import { ChartFrame } from '../../charts/frame';
import { RowOverlay } from '../../charts/row-overlay';
import type { TableColumn } from '../../charts/table';
import { readWeights } from '../../core/index';
import { openFiles } from '../engine';
import { Rich } from '../parts/rich';
import { tellProblem } from '../state/notices';
import { opened } from '../state/opening';
import { isGone, type Result } from '../state/results';
import { texts } from '../../text/texts';
import { integer, precise, weightUnits } from '../../text/units';

/** Columns drawn at once: more would hide one another. */
const COLUMNS = 256;

interface Drawn {
  tensor: string;
  row: number;
  first: number;
  before: Float32Array;
  after: Float32Array;
}

export function RowChart({
  shown,
  rows,
}: {
  shown: Result;
  /** The tensors that are looked at: the first is drawn. */
  rows: readonly TensorError[];
}): VNode | null {
  const [row, setRow] = useState(0);
  const [first, setFirst] = useState(0);
  const [drawn, setDrawn] = useState<Drawn | null>(null);
  const asked = useRef(0);
  const name = rows[0]?.name ?? '';
  const info = shown.opened.model.info.tensors.find((tensor) => tensor.name === name);
  const length = info?.shape[0] ?? 1;
  const count = info ? info.weights / length : 0;
  const [at, from] = [Math.min(row, Math.max(0, count - 1)), Math.min(first, Math.max(0, length - 1))];
  useEffect(() => {
    const mine = (asked.current += 1);
    if (isGone(shown) || opened.peek()?.model !== shown.opened.model) return;
    void readRow(shown, name, at, from).then(
      (read) => mine === asked.current && setDrawn(read),
      (error: unknown) => mine === asked.current && tellProblem(texts().result.row.failed(at, name), error),
    );
  }, [shown, name, at, from, opened.value]);
  const number = (value: number, most: number) => Math.min(most, Math.max(0, Math.floor(value) || 0));
  if (!info) return null;
  const words = texts().result.row;
  if (isGone(shown) || opened.value?.model !== shown.opened.model)
    return <p class="quiet small">{isGone(shown) ? words.noOutput : words.noModel}</p>;
  const shownFirst = drawn?.first ?? from;
  return (
    <>
      <ChartFrame
        title={words.title}
        note={
          <Rich
            text={words.note(
              integer(drawn?.row ?? at),
              integer(shownFirst),
              integer(shownFirst + Math.max(1, drawn?.before.length ?? 1) - 1),
              drawn ? precise(rootMeanSquare(drawn)) : '–',
            )}
            parts={{ tensor: <span class="mono">{drawn?.tensor ?? name}</span> }}
          />
        }
        file={`row-${name}-${at}`}
        controls={
          <div class="row-choice">
            <label>
              {words.row}{' '}
              <input
                class="input count"
                type="number"
                min={0}
                max={count - 1}
                value={at}
                onChange={(event) => setRow(number(event.currentTarget.valueAsNumber, count - 1))}
              />
            </label>
            {length > COLUMNS && (
              <label>
                {words.fromColumn}{' '}
                <input
                  class="input count"
                  type="number"
                  min={0}
                  max={length - 1}
                  step={COLUMNS}
                  value={from}
                  onChange={(event) => setFirst(number(event.currentTarget.valueAsNumber, length - 1))}
                />
              </label>
            )}
          </div>
        }
        table={() => ({
          columns: columns(),
          rows: Array.from(drawn?.before ?? [], (value, index) => [
            (drawn?.first ?? 0) + index,
            value,
            drawn?.after[index] ?? null,
            (drawn?.after[index] ?? 0) - value,
          ]),
        })}
      >
        {(width) =>
          drawn ? (
            <RowOverlay width={width} first={drawn.first} before={drawn.before} after={drawn.after} />
          ) : (
            <p class="quiet">{words.reading}</p>
          )
        }
      </ChartFrame>
    </>
  );
}

function columns(): TableColumn[] {
  const { heads } = texts().result;
  const unit = weightUnits();
  return [
    { title: heads.column },
    { title: heads.before, unit },
    { title: heads.after, unit },
    { title: heads.error, unit },
  ];
}

function rootMeanSquare({ before, after }: Drawn): number {
  const squares = before.reduce((sum, value, index) => sum + ((after[index] ?? 0) - value) ** 2, 0);
  return Math.sqrt(squares / Math.max(1, before.length));
}

/** Reads the columns from both files; the output is opened like any other. */
async function readRow({ opened, report }: Result, name: string, row: number, first: number): Promise<Drawn> {
  const files = report.files.flatMap((file) => (file.blob ? [new File([file.blob], file.name || 'output.gguf')] : []));
  const output = await openFiles(files);
  try {
    const source = opened.model.info.tensors.find((tensor) => tensor.name === name)!;
    const written = output.info.tensors.find((tensor) => tensor.name === name)!;
    const length = source.shape[0] ?? 1;
    const start = row * length + first;
    const count = Math.min(COLUMNS, length - first);
    const [before, after] = [
      await readWeights(opened.model, source, start, count),
      await readWeights(output, written, start, count),
    ];
    return { tensor: name, row, first, before, after };
  } finally {
    output.close();
  }
}
