/** Puts eight columns of a row of the open model on the stepper. */
import type { VNode } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { observedTensors, observingPass, sentenceOf, Stopped } from '../../../core/index';
import { TensorChoice } from '../analysis/study-controls';
import type { Opened } from '../../state/opening';
import { blankTexts } from '../../state/pass-cost';
import { textName } from '../../state/text';
import { workers } from '../../state/workers';
import { integer, percent } from '../../../text/units';
import type { FeedbackExample } from './example';
import { COLUMNS, pieceOf, TOKENS } from './from-model';

/** The tensors that can be shown; or why none can. */
function tensorsOf({ model }: Opened): number[] | string {
  try {
    model.encode(new TextEncoder().encode('Nibble'));
    const seen = observedTensors(observingPass(model, blankTexts(1, 2)));
    return [...new Set(seen)].filter((number) => (model.info.tensors[number]!.shape[0] ?? 0) >= COLUMNS);
  } catch (error) {
    return sentenceOf(error);
  }
}

export function PieceOfModel({
  opened,
  onPiece,
}: {
  opened: Opened;
  onPiece: (piece: FeedbackExample) => void;
}): VNode {
  const { model } = opened;
  const found = useMemo(() => tensorsOf(opened), [opened]);
  const numbers = typeof found === 'string' ? [] : found;
  const tensors = numbers.map((number) => model.info.tensors[number]!);
  const [name, setName] = useState(() => (tensors.find(({ role }) => role === 'down') ?? tensors[0])?.name ?? '');
  const [row, setRow] = useState(0);
  const [first, setFirst] = useState(0);
  const [share, setShare] = useState<number | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const working = useRef<AbortController | null>(null);
  useEffect(() => () => working.current?.abort(), []);
  if (typeof found === 'string')
    return <p class="small quiet">A piece of this model cannot be shown: its inputs are not known. {found}</p>;
  const at = tensors.findIndex((tensor) => tensor.name === name);
  const shape = tensors[at]?.shape ?? [COLUMNS, 1];
  const rows = shape.slice(1).reduce((product, length) => product * length, 1);
  const clamped = (value: number, most: number) => Math.min(most, Math.max(0, Math.floor(value || 0)));
  const show = async () => {
    working.current?.abort();
    const mine = new AbortController();
    working.current = mine;
    setProblem(null);
    setShare(0);
    try {
      const piece = await pieceOf(model, numbers[at]!, clamped(row, rows - 1), clamped(first, shape[0]! - COLUMNS), {
        workers: workers.peek(),
        signal: mine.signal,
        onProgress: (progress) => setShare(progress.share),
      });
      if (!mine.signal.aborted) onPiece(piece);
    } catch (error) {
      if (!mine.signal.aborted && !(error instanceof Stopped)) setProblem(sentenceOf(error));
    }
    if (working.current === mine) setShare(null);
  };
  return (
    <fieldset class="lab-model">
      <legend>A piece of this model</legend>
      <TensorChoice tensors={tensors} value={name} onChange={setName} />
      <label class="option">
        <span class="option-label">Row</span>
        <input
          class="input count"
          type="number"
          min={0}
          max={rows - 1}
          value={row}
          onInput={({ currentTarget }) => setRow(clamped(currentTarget.valueAsNumber, rows - 1))}
        />
      </label>
      <label class="option">
        <span class="option-label">First column</span>
        <input
          class="input count"
          type="number"
          min={0}
          max={shape[0]! - COLUMNS}
          value={first}
          onInput={({ currentTarget }) => setFirst(clamped(currentTarget.valueAsNumber, shape[0]! - COLUMNS))}
        />
      </label>
      <div class="lab-model-actions">
        {share === null ? (
          <button type="button" class="button" disabled={at < 0} onClick={() => void show()}>
            Show these columns
          </button>
        ) : (
          <button
            type="button"
            class="button"
            onClick={() => {
              working.current?.abort();
              setShare(null);
            }}
          >
            Stop
          </button>
        )}
      </div>
      <p class="option-note" role="status">
        {share === null
          ? `The model reads ${integer(TOKENS)} tokens of ${textName.value} as far as that layer.`
          : `${percent(share, 0)} read`}
      </p>
      {problem && (
        <p class="notice bad" role="alert">
          {problem}
        </p>
      )}
    </fieldset>
  );
}
